        float[] shares = scores.clone();
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.min(Math.max(shares[i], 0), 1);
        }
