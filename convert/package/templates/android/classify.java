
    /**
     * The most likely class, the first of equals, for numbers: {{numbers}}.
     *
     * @throws IllegalArgumentException for arrays of other lengths
     * @throws IllegalStateException after {@link #close}
     */
    public Answer classify({{predict_parameters}}) {
        return answer(predict({{arguments}}){{scores}});
    }
