package thimble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The 8-connected components of a mask, by number from 1; 0 is all else, and weighs nothing. */
final class Pieces {
    /** Of each pixel. */
    final int[] names;

    final int count;
    private final int height;
    private final int width;

    Pieces(boolean[] mask, int height, int width) {
        this.height = height;
        this.width = width;
        names = new int[mask.length];
        int[] open = new int[mask.length]; // a stack; each pixel enters it once
        int found = 0;
        for (int start = 0; start < mask.length; start++) {
            if (!mask[start] || names[start] != 0) {
                continue;
            }
            names[start] = ++found;
            open[0] = start;
            for (int size = 1; size > 0; ) {
                size = opened(mask, open, size - 1);
            }
        }
        count = found;
    }

    /** Take the pixel on top of the stack, and put its neighbours there; gives the new size. */
    private int opened(boolean[] mask, int[] open, int top) {
        int size = top;
        int place = open[top];
        int y = place / width;
        int x = place % width;
        for (int v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
            for (int u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
                int near = v * width + u;
                if (mask[near] && names[near] == 0) {
                    names[near] = names[place];
                    open[size++] = near;
                }
            }
        }
        return size;
    }

    /** left, top, right and bottom of each; the last two exclusive. */
    private int[][] boxes() {
        int[][] boxes = new int[count + 1][];
        for (int i = 0; i < names.length; i++) {
            int x = i % width;
            int y = i / width;
            int[] box = boxes[names[i]];
            if (box == null) {
                boxes[names[i]] = new int[] {x, y, x + 1, y + 1};
            } else {
                box[0] = Math.min(box[0], x);
                box[2] = Math.max(box[2], x + 1);
                box[3] = y + 1;
            }
        }
        boxes[0] = new int[] {width, height, 0, 0};
        return boxes;
    }

    private static int longer(int[] box) {
        return Math.max(box[2] - box[0], box[3] - box[1]);
    }

    /** The step "trace" of contract.json: which pixels are ink of the one digit of a picture. */
    static boolean[] traced(Grid ink, double threshold) {
        Pieces pieces = new Pieces(ink.above(threshold), ink.height, ink.width);
        int[][] boxes = pieces.boxes();
        double[] mass = pieces.weighed(ink, boxes);
        int main = 0;
        for (int name = 1; name < mass.length; name++) {
            main = mass[name] > mass[main] ? name : main;
        }
        boolean[] kept = new boolean[mass.length];
        for (int name = 1; name < mass.length; name++) {
            kept[name] = mass[name] >= 0.1 * mass[main];
            if (Light.isScene(ink)) {
                kept[name] &= gap(boxes[name], boxes[main]) <= 0.4 * longer(boxes[main]);
            }
        }
        boolean[] result = new boolean[pieces.names.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = kept[pieces.names[i]];
        }
        return result;
    }

    private static int gap(int[] one, int[] other) {
        int across = Math.max(one[0] - other[2], other[0] - one[2]);
        return Math.max(across, Math.max(one[1] - other[3], other[1] - one[3]));
    }

    /** The ink of each piece, and 0 for those that are surroundings. */
    private double[] weighed(Grid ink, int[][] boxes) {
        double[] mass = new double[count + 1];
        for (int i = 0; i < names.length; i++) {
            if (names[i] != 0) {
                mass[names[i]] += ink.at[i];
            }
        }
        leaveOut(mass, framing(), 0.02);
        if (Light.isScene(ink)) {
            leaveOut(mass, cut(boxes), 0.25);
            for (int name : enclosing(boxes, mass)) {
                mass[name] = 0;
            }
        }
        return mass;
    }

    /** Unless the heaviest of the others weighs less than {@code share} of the heaviest of all. */
    private static void leaveOut(double[] mass, boolean[] isOut, double share) {
        double others = Double.NEGATIVE_INFINITY;
        for (int name = 0; name < mass.length; name++) {
            others = isOut[name] ? others : Math.max(others, mass[name]);
        }
        if (others < share * Grid.largest(mass)) {
            return;
        }
        for (int name = 0; name < mass.length; name++) {
            mass[name] = isOut[name] ? 0 : mass[name];
        }
    }

    /** Those that hold a corner of the picture, or four fifths of a side. */
    private boolean[] framing() {
        boolean[] result = new boolean[count + 1];
        int last = names.length - width;
        int[][] sides = {
            {0, 1, width}, {last, 1, width}, {0, width, height}, {width - 1, width, height}
        }; // the first pixel, the step to the next, and how many
        for (int[] side : sides) {
            int[] held = new int[count + 1];
            for (int i = 0; i < side[2]; i++) {
                held[names[side[0] + i * side[1]]]++;
            }
            for (int name = 1; name <= count; name++) {
                result[name] |= (double) held[name] / side[2] > 0.8;
            }
            result[names[side[0]]] = true;
            result[names[side[0] + (side[2] - 1) * side[1]]] = true;
        }
        result[0] = false;
        return result;
    }

    /** Those that the border of the picture cuts. */
    private boolean[] cut(int[][] boxes) {
        boolean[] result = new boolean[count + 1];
        for (int name = 1; name <= count; name++) {
            int[] box = boxes[name];
            result[name] = box[0] == 0 || box[1] == 0 || box[2] == width || box[3] == height;
        }
        return result;
    }

    /** Drawn frames: another one is within, and their middle is empty. */
    private List<Integer> enclosing(int[][] boxes, double[] mass) {
        Integer[] order = new Integer[count + 1];
        Arrays.setAll(order, name -> name);
        Arrays.sort(order, Comparator.comparingDouble(name -> -mass[name])); // a stable sort
        List<Integer> heavy = new ArrayList<>();
        for (int name : Arrays.copyOf(order, Math.min(order.length, 30))) {
            if (name != 0 && mass[name] >= 0.02 * Grid.largest(mass)) {
                heavy.add(name);
            }
        }
        List<Integer> result = new ArrayList<>();
        for (int outer : heavy) {
            boolean holds =
                    heavy.stream().anyMatch(inner -> isWithin(boxes[inner], boxes[outer]));
            if (holds && isHollow(outer, boxes[outer])) {
                result.add(outer);
            }
        }
        return result;
    }

    private static boolean isWithin(int[] inner, int[] outer) {
        return inner[0] > outer[0]
                && inner[1] > outer[1]
                && inner[2] < outer[2]
                && inner[3] < outer[3]
                && longer(inner) >= 0.25 * longer(outer);
    }

    private boolean isHollow(int name, int[] box) {
        int across = (box[2] - box[0]) / 4;
        int down = (box[3] - box[1]) / 4;
        for (int y = box[1] + down; y < box[3] - down; y++) {
            for (int x = box[0] + across; x < box[2] - across; x++) {
                if (names[y * width + x] == name) {
                    return false;
                }
            }
        }
        return true;
    }
}
