
  /** The most likely class, the first of equals. */
  classify(...given) {
    const scores = {{scores}};
    {{best}}
    return { label: labels[best], index: best, probability: probabilities[best], probabilities };
  }
