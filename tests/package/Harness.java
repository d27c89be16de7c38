import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs any packaged class: Harness CLASS INPUTS OUTPUTS [buffers]. */
public final class Harness {
    public static void main(String[] words) throws Exception {
        Class<?> type = Class.forName(words[0]);
        ByteBuffer from = ByteBuffer.wrap(Files.readAllBytes(Path.of(words[1])));
        from.order(ByteOrder.nativeOrder());
        ByteBuffer to = ByteBuffer.allocate(1 << 24).order(ByteOrder.nativeOrder());
        try (AutoCloseable network = (AutoCloseable) type.getConstructor().newInstance()) {
            if (!(Boolean) type.getMethod("selfTest").invoke(network)) {
                throw new IllegalStateException("the self-test fails");
            }
            while (from.hasRemaining()) {
                if (words.length > 3) {
                    throughBuffers(type, network, from, to);
                } else {
                    throughArrays(type, network, from, to);
                }
            }
        }
        to.flip();
        byte[] found = new byte[to.remaining()];
        to.get(found);
        Files.write(Path.of(words[2]), found);
    }

    private static void throughArrays(Class<?> type, Object network, ByteBuffer from, ByteBuffer to)
            throws Exception {
        Method run = null;
        for (Method one : type.getMethods()) {
            run = one.getName().equals("run") && one.getParameterCount() > 0 ? one : run;
        }
        List<?> inputs = (List<?>) type.getField("INPUTS").get(null);
        Object[] given = new Object[inputs.size()];
        for (int i = 0; i < given.length; i++) {
            int count = number(inputs.get(i), "count");
            given[i] = Array.newInstance(run.getParameterTypes()[i].getComponentType(), count);
            for (int at = 0; at < count; at++) {
                Array.set(given[i], at, read(given[i], from));
            }
        }
        Object found = run.invoke(network, given);
        if (found.getClass().isArray()) {
            write(found, to);
        } else {
            for (Field one : found.getClass().getFields()) {
                write(one.get(found), to);
            }
        }
    }

    private static void throughBuffers(Class<?> type, Object network, ByteBuffer from, ByteBuffer to)
            throws Exception {
        List<?> inputs = (List<?>) type.getField("INPUTS").get(null);
        for (int i = 0; i < inputs.size(); i++) {
            byte[] bytes = new byte[number(inputs.get(i), "size")];
            from.get(bytes);
            Object buffer = type.getMethod("inputBuffer", int.class).invoke(network, i);
            ((ByteBuffer) buffer).put(bytes);
        }
        type.getMethod("run").invoke(network);
        int outputs = ((List<?>) type.getField("OUTPUTS").get(null)).size();
        for (int i = 0; i < outputs; i++) {
            to.put((ByteBuffer) type.getMethod("outputBuffer", int.class).invoke(network, i));
        }
    }

    private static int number(Object tensor, String field) throws Exception {
        return tensor.getClass().getField(field).getInt(tensor);
    }

    private static Object read(Object array, ByteBuffer from) {
        if (array instanceof byte[]) {
            return from.get();
        }
        if (array instanceof short[]) {
            return from.getShort();
        }
        return array instanceof float[] ? (Object) from.getFloat() : (Object) from.getInt();
    }

    private static void write(Object array, ByteBuffer to) {
        for (int at = 0; at < Array.getLength(array); at++) {
            if (array instanceof byte[]) {
                to.put(Array.getByte(array, at));
            } else if (array instanceof short[]) {
                to.putShort(Array.getShort(array, at));
            } else if (array instanceof float[]) {
                to.putFloat(Array.getFloat(array, at));
            } else {
                to.putInt(Array.getInt(array, at));
            }
        }
    }
}
