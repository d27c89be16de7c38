import com.example.nano.Nano;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** What nano's class does besides giving the right bytes: Digits classify|refused|threads PIXELS. */
public final class Digits {
    private static byte[][] rows;

    public static void main(String[] words) throws Exception {
        byte[] content = Files.readAllBytes(Path.of(words[1]));
        rows = new byte[content.length / 784][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(content, 784 * i, 784 * (i + 1));
        }
        switch (words[0]) {
            case "classify":
                classify();
                break;
            case "refused":
                refused();
                break;
            default:
                threads();
        }
    }

    private static void classify() {
        try (Nano network = new Nano()) {
            for (byte[] row : rows) {
                float[] numbers = new float[row.length];
                for (int i = 0; i < row.length; i++) {
                    numbers[i] = row[i] & 255;
                }
                Nano.Answer answer = network.classify(row);
                if (!Arrays.equals(
                        answer.probabilities(), network.classify(numbers).probabilities())) {
                    throw new IllegalStateException("bytes and numbers give different answers");
                }
                System.out.println(answer.label + " " + answer.index + " " + answer.probability
                        + " " + Arrays.toString(answer.probabilities()).replaceAll("[\\[\\],]", ""));
            }
        }
    }

    private static void refuse(Class<? extends Exception> kind, Runnable call) {
        try {
            call.run();
        } catch (Exception error) {
            if (!kind.isInstance(error)) {
                throw error;
            }
            System.out.println(error.getMessage());
            return;
        }
        throw new IllegalStateException("nothing was refused");
    }

    private static void refused() {
        Nano network = new Nano();
        Class<IllegalArgumentException> argument = IllegalArgumentException.class;
        Class<IllegalStateException> state = IllegalStateException.class;
        refuse(argument, () -> network.run(new byte[783]));
        refuse(argument, () -> network.predict(new float[785]));
        refuse(argument, () -> network.classify(new byte[0]));
        refuse(argument, () -> network.inputBuffer(1));
        refuse(argument, () -> network.inputBuffer(-1));
        refuse(state, () -> network.outputBuffer(0));
        refuse(NullPointerException.class, () -> network.run((byte[]) null));
        ByteBuffer kept = network.inputBuffer(0);
        network.run();
        refuse(argument, () -> network.outputBuffer(1));
        refuse(java.nio.ReadOnlyBufferException.class,
                () -> network.outputBuffer(0).put((byte) 1));
        ByteBuffer output = network.outputBuffer(0);
        network.close();
        network.close();
        refuse(state, network::run);
        refuse(state, () -> network.run(new byte[784]));
        refuse(state, () -> network.predict(new float[784]));
        refuse(state, network::reset);
        refuse(state, network::selfTest);
        refuse(state, () -> network.inputBuffer(0));
        for (int i = 0; i < 50; i++) { // what was closed or forgotten is collected
            new Nano().run();
            System.gc();
        }
        kept.put(new byte[784]); // memory that a buffer still leads to is not
        output.get(9);
    }

    private static void threads() throws InterruptedException {
        byte[][] expected = new byte[rows.length][];
        Nano shared = new Nano();
        for (int i = 0; i < rows.length; i++) {
            expected[i] = shared.run(rows[i]);
        }
        AtomicInteger wrong = new AtomicInteger();
        Thread[] found = new Thread[4];
        for (int n = 0; n < found.length; n++) {
            Nano network = n < 3 ? shared : new Nano();
            found[n] = new Thread(() -> {
                for (int i = 0; i < rows.length; i++) {
                    if (!Arrays.equals(network.run(rows[i]), expected[i])) {
                        wrong.incrementAndGet();
                    }
                }
            });
            found[n].start();
        }
        for (Thread one : found) {
            one.join();
        }
        System.out.println(wrong.get());
    }
}
