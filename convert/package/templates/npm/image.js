
  /** The most likely class of a picture of any size: an ImageData. */
  classifyImage(picture) {
    return this.classify(photo(picture, TASK));
  }
