"""Letters of other scripts that pass for Latin ones, each with the Latin letter it is read as.

The table is ours and frozen with the normalisation version: a model was trained on what it gives,
so it may not change with the release of a library. Source: Unicode TR 39 (confusables), cut down to
letters that a reader takes for one Latin letter in an ordinary font. Data files of Unicode are
copyright Unicode, Inc., under the Unicode License V3.
"""

_CYRILLIC = {
    "А": "A", "а": "a", "В": "B", "в": "b", "С": "C", "с": "c", "ԁ": "d", "Ԁ": "D",
    "Е": "E", "е": "e", "Ё": "Ë", "ё": "ë", "Ғ": "F", "ғ": "f", "Ԍ": "G", "Н": "H", "н": "h",
    "Һ": "H", "һ": "h", "І": "I", "і": "i", "Ї": "Ï", "ї": "ï", "Ј": "J", "ј": "j",
    "К": "K", "к": "k", "Ӏ": "I", "ӏ": "l", "М": "M", "м": "m", "п": "n", "О": "O", "о": "o",
    "Р": "P", "р": "p", "Ԛ": "Q", "ԛ": "q", "г": "r", "Ѕ": "S", "ѕ": "s", "Т": "T", "т": "t",
    "Ѵ": "V", "ѵ": "v", "Ԝ": "W", "ԝ": "w", "Х": "X", "х": "x", "У": "Y", "у": "y",
    "Ү": "Y", "ү": "y", "ь": "b", "Ь": "b",
}  # fmt: skip
_GREEK = {
    "Α": "A", "α": "a", "Β": "B", "β": "b", "Ε": "E", "ε": "e", "Ζ": "Z", "Η": "H", "η": "n",
    "Ι": "I", "ι": "i", "Κ": "K", "κ": "k", "Μ": "M", "Ν": "N", "ν": "v", "Ο": "O", "ο": "o",
    "Ρ": "P", "ρ": "p", "σ": "o", "Τ": "T", "τ": "t", "Υ": "Y", "υ": "u", "Χ": "X", "χ": "x",
    "γ": "y", "ω": "w", "ϲ": "c", "Ϲ": "C", "ϳ": "j", "Ϳ": "J",
    "ά": "á", "έ": "é", "ί": "í", "ό": "ó", "ύ": "ú", "ή": "n",
}  # fmt: skip
_ARMENIAN = {
    "Ս": "U", "ս": "u", "Օ": "O", "օ": "o", "ո": "n", "հ": "h", "ց": "g", "զ": "q", "Լ": "L",
    "ւ": "i", "յ": "j",
}  # fmt: skip

LOOKALIKES: dict[int, str] = str.maketrans(_CYRILLIC | _GREEK | _ARMENIAN)
"""Code point of a look-alike → the Latin letter it is read as; case is kept."""
