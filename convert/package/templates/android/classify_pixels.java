
    /**
     * The most likely class, the first of equals, for {{numbers}}; each byte is 0..255.
     *
     * @throws IllegalArgumentException for an array of another length
     * @throws IllegalStateException after {@link #close}
     */
    public Answer classify(byte[] {{input}}) {
        return answer(predict({{input}}){{scores}});
    }
