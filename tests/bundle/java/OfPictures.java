import java.io.IOException;
import thimble.Pictures;

/** HEIGHT WIDTH CHANNELS FIT: the pixels of each picture, given as columns, rows and ARGB. */
public final class OfPictures {
    private OfPictures() {}

    public static void main(String[] words) throws IOException {
        Pictures pictures =
                new Pictures(
                        Integer.parseInt(words[0]),
                        Integer.parseInt(words[1]),
                        Integer.parseInt(words[2]),
                        Pictures.Fit.valueOf(words[3]));
        for (int left = Given.number(); left > 0; left--) {
            int columns = Given.number();
            int rows = Given.number();
            Given.answer(pictures.pixels(Given.numbers(columns * rows), columns, rows));
        }
    }
}
