package thimble;

import java.util.ArrayList;
import java.util.List;

/** The step "rules" of contract.json: the lines of ruled and squared paper, taken out of ink. */
final class Rules {
    private final Grid ink;
    private final double noise;
    private final double pen;
    private final boolean[] thin;
    private final int reach;

    private Rules(Grid ink, double noise, double pen) {
        this.ink = ink;
        this.noise = noise;
        this.pen = pen;
        this.reach = Math.max(1, ink.longest() / 80);
        this.thin = ridges();
    }

    /** {@code ink} without rules, first those across, then those down. */
    static Grid erased(Grid ink, double noise, double pen) {
        Grid across = new Rules(ink, noise, pen).without();
        return new Rules(across.turned(), noise, pen).without().turned();
    }

    private double inkAt(int y, int x) {
        return ink.at[Grid.within(y, ink.height) * ink.width + x];
    }

    private boolean[] ridges() {
        int away = Math.max(2, ink.longest() / 50);
        double least = Math.max(0.015, 2 * noise);
        boolean[] result = new boolean[ink.at.length];
        for (int i = 0; i < result.length; i++) {
            int y = i / ink.width;
            int x = i % ink.width;
            double above = ink.at[i] - inkAt(y - away, x);
            result[i] = Math.min(above, ink.at[i] - inkAt(y + away, x)) > least;
        }
        return result;
    }

    /** A line that rises by {@code slope} pixels over the width, and begins in row {@code start}. */
    private static final class Line {
        final int slope;
        final int start;
        final int votes;

        Line(int slope, int start, int votes) {
            this.slope = slope;
            this.start = start;
            this.votes = votes;
        }

        int middle() {
            return 2 * start + slope;
        }
    }

    private int rise(int slope, int x) {
        return Math.floorDiv(2 * slope * x + ink.width, 2 * ink.width);
    }

    private List<Line> candidates() {
        int steepest = ink.width / 5;
        List<Line> result = new ArrayList<>();
        for (int slope = -steepest; slope <= steepest; slope++) {
            int[] votes = new int[ink.height + 2 * steepest + 1];
            for (int i = 0; i < thin.length; i++) {
                if (thin[i]) {
                    votes[i / ink.width - rise(slope, i % ink.width) + steepest]++;
                }
            }
            for (int place = 0; place < votes.length; place++) {
                if (votes[place] >= 0.4 * ink.width) {
                    result.add(new Line(slope, place - steepest, votes[place]));
                }
            }
        }
        result.sort((one, other) -> Integer.compare(other.votes, one.votes)); // a stable sort
        return result;
    }

    private Grid without() {
        Grid result = new Grid(ink.at.clone(), ink.height, ink.width);
        List<Line> found = new ArrayList<>();
        for (Line line : candidates()) {
            if (found.stream().anyMatch(one -> isNear(one, line))) {
                continue;
            }
            int[] columns = columns(line);
            if (goesThrough(line, columns)) {
                found.add(line);
                wipe(result, line, columns);
            }
        }
        return result;
    }

    private boolean isNear(Line one, Line other) {
        return Math.abs(one.middle() - other.middle()) <= 2 * reach + 2;
    }

    /** Those in which a line is within the picture. */
    private int[] columns(Line line) {
        return java.util.stream.IntStream.range(0, ink.width)
                .filter(x -> line.start + rise(line.slope, x) >= 0)
                .filter(x -> line.start + rise(line.slope, x) < ink.height)
                .toArray();
    }

    private boolean goesThrough(Line line, int[] columns) {
        int count = columns.length;
        if (2 * count < ink.width) {
            return false;
        }
        int end = Math.max(1, count / 6);
        int half = count / 2;
        return isHalfHit(line, columns, 0, end)
                && isHalfHit(line, columns, count - end, count)
                && isHalfHit(line, columns, 0, half)
                && isHalfHit(line, columns, half, count);
    }

    private boolean isHalfHit(Line line, int[] columns, int from, int to) {
        int hits = 0;
        for (int place = from; place < to; place++) {
            int y = line.start + rise(line.slope, columns[place]);
            boolean isHit = false;
            for (int step = -1; step <= 1; step++) {
                int row = Grid.within(y + step, ink.height);
                isHit |= thin[row * ink.width + columns[place]];
            }
            hits += isHit ? 1 : 0;
        }
        return 2 * hits >= to - from;
    }

    private void wipe(Grid result, Line line, int[] columns) {
        double[] values = new double[columns.length];
        for (int i = 0; i < columns.length; i++) {
            values[i] = inkAt(line.start + rise(line.slope, columns[i]), columns[i]);
        }
        double level = Math.max(1.5 * Grid.quantile(values, 0.5), 0.6 * pen);
        for (int x : columns) {
            int y = line.start + rise(line.slope, x);
            double beside = Math.max(inkAt(y - reach - 1, x), inkAt(y + reach + 1, x));
            for (int step = -reach; step <= reach; step++) {
                double value = inkAt(y + step, x);
                double kept = value > level ? value : Math.min(value, beside);
                int i = Grid.within(y + step, ink.height) * ink.width + x;
                result.at[i] = Math.min(result.at[i], kept);
            }
        }
    }
}
