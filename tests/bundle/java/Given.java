import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/** What the tests give, and how they are answered: a line for each thing. */
final class Given {
    private static final DataInputStream IN =
            new DataInputStream(new BufferedInputStream(System.in));

    private Given() {}

    static int number() throws IOException {
        return IN.readInt();
    }

    static float real() throws IOException {
        return IN.readFloat();
    }

    static float[] reals() throws IOException {
        float[] result = new float[IN.readInt()];
        for (int i = 0; i < result.length; i++) {
            result[i] = IN.readFloat();
        }
        return result;
    }

    static int[] numbers(int count) throws IOException {
        int[] result = new int[count];
        for (int i = 0; i < count; i++) {
            result[i] = IN.readInt();
        }
        return result;
    }

    static void answer(byte[] bytes) {
        StringBuilder line = new StringBuilder();
        for (byte one : bytes) {
            line.append(one & 255).append(' ');
        }
        System.out.println(line);
    }
}
