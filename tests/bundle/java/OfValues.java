import java.io.IOException;
import thimble.Values;

/** The codes of each row of values, given behind its means, deviations, scale and zero point. */
public final class OfValues {
    private OfValues() {}

    public static void main(String[] words) throws IOException {
        for (int left = Given.number(); left > 0; left--) {
            float[] mean = Given.reals();
            float[] deviation = Given.reals();
            float scale = Given.real();
            int zeroPoint = Given.number();
            int low = Given.number();
            Values values = new Values(mean, deviation);
            Given.answer(values.codes(Given.reals(), scale, zeroPoint, low));
        }
    }
}
