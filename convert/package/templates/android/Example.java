// What the network answers for zeros. {{origin}}
import {{package}}.{{class}};
import java.nio.ByteBuffer;

public final class Example {
    public static void main(String[] arguments) {
        try ({{class}} network = new {{class}}()) {
            System.out.println(network.selfTest() ? "self-test: ok" : "self-test: FAILED");
            for (int i = 0; i < {{class}}.INPUTS.size(); i++) {
                network.inputBuffer(i).put(new byte[{{class}}.INPUTS.get(i).size]);
            }
            network.run();
            for (int i = 0; i < {{class}}.OUTPUTS.size(); i++) {
                ByteBuffer output = network.outputBuffer(i);
                System.out.print({{class}}.OUTPUTS.get(i) + ":");
                for (int at = 0; at < Math.min(output.limit(), 16); at++) {
                    System.out.print(" " + output.get(at));
                }
                System.out.println();
            }
        }
    }
}
