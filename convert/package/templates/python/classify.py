
    def classify(self, {{predict_parameters}}) -> Answer:
        """The most likely class, the first of equals.

        It takes {{numbers}}.

        Raises ValueError for other counts and formats.
        """
        {{scores}} = self.predict({{arguments}})
        {{shares}}
        return Answer(LABELS[best], best, shares[best], tuple(shares))
