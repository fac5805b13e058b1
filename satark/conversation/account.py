"""What a report is made of: whether words tell something, how much room there is, and whom unfinished words may accuse."""

from msgspec.structs import replace

from satark.conversation.state import UNKNOWN, Given, State, Vocabulary, World
from satark.conversation.words import spelled

# Texts and files in one report, before it is sent.
MOST_GIVEN = 200
MOST_CHARACTERS = 200_000
FEWEST_WORDS = 3
# A question that is longer tells something too.
MOST_WORDS_OF_A_QUESTION = 12
_QUESTION_MARKS = frozenset("?？؟")


def is_account(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text that nobody asked for tells something, and is no question, greeting or call for attention."""
    words = [word for word in spelled(text).split() if word not in vocabulary.greetings | vocabulary.fillers]
    return len(words) >= FEWEST_WORDS and not _is_question(text, words, vocabulary)


def _is_question(text: str, words: list[str], vocabulary: Vocabulary) -> bool:
    if len(words) > MOST_WORDS_OF_A_QUESTION:
        return False
    return bool(_QUESTION_MARKS & set(text)) or not vocabulary.questions.isdisjoint((words[0], words[-1]))


def is_full(state: State, given: Given) -> bool:
    """A conversation is read and written as a whole with each message: it has an end, and whoever comes to it is told."""
    characters = sum(one.characters for one in state.given) + given.characters
    return len(state.given) >= MOST_GIVEN or bool(state.given and characters > MOST_CHARACTERS)


def names_range(words: str, world: World) -> bool:
    """Whether words about the accused name the office of the range."""
    said = f" {spelled(words)} "
    return any(f" {name} " in said for name in world.vocabulary.range_names)


def assumed_accused(state: State, world: World) -> str:
    """Whom a report about the police accuses where nobody was chosen: the office of the range where words name it, for else
    it would read them; otherwise an office that is not known."""
    asides = (one.text for one in state.given if one.aside)
    return world.range_office if any(names_range(words, world) for words in asides) else UNKNOWN


def finished(state: State, world: World) -> State:
    """A draft as it is submitted: one about the police always accuses somebody, or the accused might read it."""
    if state.category in world.accusing and not state.accused:
        return replace(state, accused=assumed_accused(state, world))
    return state
