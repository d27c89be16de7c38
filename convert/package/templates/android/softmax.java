        float[] shares = new float[scores.length];
        double total = 0;
        for (float score : scores) {
            total += Math.exp((double) score - scores[best]);
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) (Math.exp((double) scores[i] - scores[best]) / total);
        }
