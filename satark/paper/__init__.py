"""What leaves on paper or in a file: posters, cards, lists. It knows neither tips nor offices: words in, bytes out."""
