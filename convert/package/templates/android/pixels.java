
    /**
     * Runs the network on {{numbers}}; each byte is 0..255.
     *
     * @return the real numbers of the network
     * @throws IllegalArgumentException for an array of another length
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized {{predict_result}} predict(byte[] {{input}}) {
        require();
{{predict_puts}}
        run(memory);
{{predict_gets}}
    }
