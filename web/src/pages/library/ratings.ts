/** How good an image is, in words; the best first. */
export const RATING_WORDS: readonly { rating: number; word: string }[] = [
  { rating: 4, word: "Excellent" },
  { rating: 3, word: "Good" },
  { rating: 2, word: "Acceptable" },
  { rating: 1, word: "Poor" },
  { rating: 0, word: "Failed" },
];

export function ratingWord(rating: number): string {
  return RATING_WORDS.find((one) => one.rating === rating)?.word ?? String(rating);
}
