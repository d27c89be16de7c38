/* needs: requantize */
