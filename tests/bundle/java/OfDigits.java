import java.io.IOException;
import thimble.Digits;

/** The pixels of each picture of a digit, given as columns, rows and ARGB; nothing: it is blank. */
public final class OfDigits {
    private OfDigits() {}

    public static void main(String[] words) throws IOException {
        for (int left = Given.number(); left > 0; left--) {
            int columns = Given.number();
            int rows = Given.number();
            byte[] found = Digits.pixels(Given.numbers(columns * rows), columns, rows);
            Given.answer(found == null ? new byte[0] : found);
        }
    }
}
