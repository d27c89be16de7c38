
    private static Answer answer(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
{{shares}}        return new Answer(best, shares);
    }
