"""How well spam and ham are told apart, and what each ingredient adds."""
