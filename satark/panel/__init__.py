"""The pages of the police. They see tips and never who told them: this room has no way to an address."""
