        float second = Math.min(Math.max(scores[0], 0), 1);
        float[] shares = {1 - second, second};
        best = scores[0] > 0.5f ? 1 : 0;
