// Made-up elements from a fixed seed in, real numbers out. {{origin}}
import {{package}}.{{class}};
import java.nio.ByteBuffer;
import java.util.Locale;

public final class Example {
    private static int state = 1;

    /** The next number of 32 bits. */
    private static int next() {
        state = state * 1664525 + 1013904223;
        return state;
    }

    private static double stored({{class}}.Tensor tensor, ByteBuffer elements, int i) {
        switch (tensor.type) {
            case "int8":
                return elements.get(i);
            case "int16":
                return elements.getShort(2 * i);
            case "int32":
                return elements.getInt(4 * i);
            case "float32":
                return elements.getFloat(4 * i);
            default: // uint8 and bool
                return elements.get(i) & 0xff;
        }
    }

    /** What the elements of an output stand for. */
    private static double[] reals({{class}} network, int number) {
        {{class}}.Tensor tensor = {{class}}.OUTPUTS.get(number);
        ByteBuffer elements = network.outputBuffer(number);
        double[] found = new double[tensor.count];
        for (int i = 0; i < found.length; i++) {
            double stored = stored(tensor, elements, i);
            found[i] = tensor.scale == 0 ? stored : tensor.scale * (stored - tensor.zeroPoint);
        }
        return found;
    }

    public static void main(String[] arguments) {
{{example_inputs}}
        try ({{class}} network = new {{class}}()) {
            System.out.println(network.selfTest() ? "self-test: ok" : "self-test: FAILED");
            network.run({{arguments_told}});
            for (int number = 0; number < {{class}}.OUTPUTS.size(); number++) {
                double[] found = reals(network, number);
                for (int i = 0; i < Math.min(found.length, 16); i++) {
                    System.out.printf(Locale.ROOT, "%s[%d] = %.3f%n",
                        {{class}}.OUTPUTS.get(number).name, i, Math.round(found[i] * 1000) / 1000.0);
                }
            }
<!-- if labels -->
            double[] scores = reals(network, 0);
<!-- end -->
<!-- if binary -->
            int best = scores[0] > 0.5 ? 1 : 0;
<!-- end -->
<!-- if logits clipped -->
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
<!-- end -->
<!-- if labels -->
            System.out.println("label: " + {{class}}.LABELS.get(best));
<!-- end -->
        }
    }
}
