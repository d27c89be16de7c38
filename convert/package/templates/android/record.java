
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
