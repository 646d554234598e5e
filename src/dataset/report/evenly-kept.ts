/** A selection of a stream whose length nobody knows, evenly spaced and never longer than its limit. */
export interface EvenlyKept<Item> {
  add(item: Item): void;
  readonly items: readonly Item[];
}

/** Keeps every item until there are `most`, then every second one, then every fourth: the same stream always leaves the same items. */
export function evenlyKept<Item>(most: number): EvenlyKept<Item> {
  let items: Item[] = [];
  let stride = 1;
  let position = 0;
  return {
    add(item) {
      if (position++ % stride !== 0) return;
      if (items.length === most) {
        items = items.filter((_, index) => index % 2 === 0);
        stride *= 2;
        if ((position - 1) % stride !== 0) return;
      }
      items.push(item);
    },
    get items() {
      return items;
    },
  };
}
