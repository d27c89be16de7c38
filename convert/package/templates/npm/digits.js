
  /** Every digit in a picture of any size, an ImageData, row by row; each with its place in it. */
  readDigits(picture) {
    return digits(picture).map(({ pixels, ...place }) => ({ ...this.classify(pixels), ...place }));
  }
