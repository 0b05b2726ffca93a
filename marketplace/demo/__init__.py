"""The demo: people, listings and deals of a few counties, loaded by calling the use cases as the persons concerned."""
