// {{origin}}
package {{package}};

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * {{title}}
 *
 * <p>It gives the bytes of {{equals}}. An instance holds {{memory}} bytes of working memory outside
 * the heap. Threads may share one: its methods take turns. Give each thread one of its own to run at
 * the same time. An instance is released by the garbage collector even where it is never closed.
 *
 * <pre>{@code
 * try (var network = new {{class}}()) {
<!-- if labels -->
 *     Answer answer = network.classify(values);
<!-- end -->
<!-- if unlabelled -->
 *     {{predict_result}} reals = network.predict(values);
<!-- end -->
 * }
 * }</pre>
 */
public final class {{class}} implements AutoCloseable {
    static {
        System.loadLibrary("{{name}}_jni");
    }

    /** SHA-256 of the .tflite that the network was compiled from. */
    public static final String SHA256 = "{{sha256}}";

    /** The inputs, in their order. */
    public static final List<Tensor> INPUTS = tensors(
{{input_rows}});

    /** The outputs, in their order. */
    public static final List<Tensor> OUTPUTS = tensors(
{{output_rows}});
<!-- if labels -->

    /** The classes. */
    public static final List<String> LABELS = Collections.unmodifiableList(Arrays.asList(
{{label_rows}}));
<!-- end -->

    private ByteBuffer memory; // null: it is closed

    /** Makes the network ready: nothing was run, nothing is kept. */
    public {{class}}() {
        ByteBuffer room = ByteBuffer.allocateDirect(memorySize() + 15);
        move(room, misalignment(room), room.capacity());
        memory = room.slice();
        open(memory);
    }

    /**
     * Runs the network on elements as it stores them.
     *
{{run_told}}
     *
     * @return the elements of {{whose}}
     * @throws IllegalArgumentException for arrays of other lengths
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized {{run_result}} run({{run_parameters}}) {
        require();
{{run_puts}}
        run(memory);
{{run_gets}}
    }

    /**
     * Runs the network on numbers, {{numbers}}.
     *
     * @return the real numbers of {{whose}}
     * @throws IllegalArgumentException for arrays of other lengths
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized {{predict_result}} predict({{predict_parameters}}) {
        require();
{{predict_puts}}
        run(memory);
{{predict_gets}}
    }
<!-- if pixels -->

    /**
     * Runs the network on {{numbers}}; each byte is 0..255.
     *
     * @return the real numbers of the network
     * @throws IllegalArgumentException for an array of another length
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized {{predict_result}} predict(byte[] {{input}}) {
        require();
{{predict_puts}}
        run(memory);
{{predict_gets}}
    }
<!-- end -->
<!-- if labels -->

    /**
     * The most likely class, the first of equals, for numbers: {{numbers}}.
     *
     * @throws IllegalArgumentException for arrays of other lengths
     * @throws IllegalStateException after {@link #close}
     */
    public Answer classify({{predict_parameters}}) {
        return answer(predict({{arguments}}){{scores}});
    }
<!-- end -->
<!-- if labelled_pixels -->

    /**
     * The most likely class, the first of equals, for {{numbers}}; each byte is 0..255.
     *
     * @throws IllegalArgumentException for an array of another length
     * @throws IllegalStateException after {@link #close}
     */
    public Answer classify(byte[] {{input}}) {
        return answer(predict({{input}}){{scores}});
    }
<!-- end -->
<!-- if labels -->

    private static Answer answer(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
<!-- end -->
<!-- if logits -->
        float[] shares = new float[scores.length];
        double total = 0;
        for (float score : scores) {
            total += Math.exp((double) score - scores[best]);
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) (Math.exp((double) scores[i] - scores[best]) / total);
        }
<!-- end -->
<!-- if clipped -->
        float[] shares = scores.clone();
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.min(Math.max(shares[i], 0), 1);
        }
<!-- end -->
<!-- if binary -->
        float second = Math.min(Math.max(scores[0], 0), 1);
        float[] shares = {1 - second, second};
        best = scores[0] > 0.5f ? 1 : 0;
<!-- end -->
<!-- if labels -->
        return new Answer(best, shares);
    }
<!-- end -->

    /**
     * An input in the network's own memory, to be filled without a copy. A run overwrites it: fill
     * every input before each {@link #run()}, and let no other thread use the instance meanwhile.
     *
     * @return a direct buffer of the machine's byte order, which stays valid, and may be kept
     * @throws IllegalArgumentException for a number that no input has
     */
    public synchronized ByteBuffer inputBuffer(int number) {
        require();
        return part(inputOffset(memory, number), INPUTS.get(number));
    }

    /** Runs the network on what lies in its inputs. */
    public synchronized void run() {
        require();
        run(memory);
    }

    /**
     * An output in the network's own memory, valid after a run until an input is written.
     *
     * @return a read-only direct buffer of the machine's byte order, which may be kept
     * @throws IllegalArgumentException for a number that no output has
     * @throws IllegalStateException before the first run
     */
    public synchronized ByteBuffer outputBuffer(int number) {
        require();
        ByteBuffer found = part(outputOffset(memory, number), OUTPUTS.get(number));
        return found.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /** Begins a sequence: forgets what is kept from one run to the next{{nothing_kept}}. */
    public synchronized void reset() {
        require();
        restart(memory);
    }

    /**
     * Checks the tables and runs the golden vectors; behind it nothing is kept.
     *
     * @return whether the network is what it was when it was compiled
     */
    public synchronized boolean selfTest() {
        require();
        return selfTest(memory) == 0;
    }

    /** Ends the use of the network; what comes later throws an IllegalStateException. */
    @Override
    public synchronized void close() {
        memory = null;
    }

    private void require() {
        if (memory == null) {
            throw new IllegalStateException("the network is closed");
        }
    }

    private ByteBuffer part(int offset, Tensor tensor) {
        ByteBuffer whole = memory.duplicate();
        move(whole, offset, offset + tensor.size);
        return whole.slice().order(ByteOrder.nativeOrder());
    }

    // As Buffer's own methods, which every version of Android has under this name.
    private static void move(Buffer buffer, int position, int limit) {
        buffer.limit(limit);
        buffer.position(position);
    }

    private static void requireLength(Tensor tensor, int length) {
        if (length != tensor.count) {
            throw new IllegalArgumentException(
                    tensor.name + " takes " + tensor.count + " elements, not " + length);
        }
    }

    private static List<Tensor> tensors(Tensor... found) {
        return Collections.unmodifiableList(Arrays.asList(found));
    }

    private static native int memorySize();

    private static native int misalignment(ByteBuffer buffer);

    private static native void open(ByteBuffer memory);

    private static native void restart(ByteBuffer memory);

    private static native void run(ByteBuffer memory);

    private static native int selfTest(ByteBuffer memory);

    private static native int inputOffset(ByteBuffer memory, int number);

    private static native int outputOffset(ByteBuffer memory, int number);

    private static native void put(ByteBuffer memory, int number, float[] values);

    private static native void put(ByteBuffer memory, int number, byte[] values);

    private static native void get(ByteBuffer memory, int number, float[] values);

    /** An input or output. */
    public static final class Tensor {
        public final String name;
        /** int8, uint8, int16, int32, float32 or bool. */
        public final String type;
        /** Elements. */
        public final int count;
        /** Bytes. */
        public final int size;
        /** real = scale * (stored - zeroPoint); 0: what is stored is the number itself. */
        public final float scale;
        public final int zeroPoint;
        private final int[] shape;

        Tensor(String name, String type, int[] shape, int size, float scale, int zeroPoint) {
            int count = 1;
            for (int side : shape) {
                count *= side;
            }
            this.name = name;
            this.type = type;
            this.count = count;
            this.size = size;
            this.scale = scale;
            this.zeroPoint = zeroPoint;
            this.shape = shape;
        }

        /** The sides, the batch of 1 first. */
        public int[] shape() {
            return shape.clone();
        }

        @Override
        public String toString() {
            return name + ": " + type + " " + Arrays.toString(shape);
        }
    }
<!-- if several -->
{{records}}
<!-- end -->
<!-- if labels -->

    /** The class that a network found. */
    public static final class Answer {
        public final String label;
        /** Of the label in LABELS. */
        public final int index;
        /** How sure the network is of it, 0..1. */
        public final float probability;
        private final float[] probabilities;

        Answer(int index, float[] probabilities) {
            this.label = LABELS.get(index);
            this.index = index;
            this.probability = probabilities[index];
            this.probabilities = probabilities;
        }

        /** Of each class. */
        public float[] probabilities() {
            return probabilities.clone();
        }

        @Override
        public String toString() {
            return label + " (" + Math.round(100 * probability) + " %)";
        }
    }
<!-- end -->
}
