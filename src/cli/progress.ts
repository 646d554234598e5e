/** One line on stderr that is written over on a terminal, and repeated now and then elsewhere. */
export interface ProgressLine {
  update(text: () => string): void;
  end(): void;
}

const [TERMINAL_MS, LOG_MS] = [200, 10_000];

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  let text: (() => string) | undefined;
  const show = (): void => {
    if (!text) return;
    last = performance.now();
    stream.write(stream.isTTY ? `\r\u001b[K${text()}` : `${text()}\n`);
    text = undefined;
  };
  return {
    update(next) {
      text = next;
      if (performance.now() - last >= (stream.isTTY ? TERMINAL_MS : LOG_MS)) show();
    },
    end() {
      show();
      if (stream.isTTY) stream.write("\n");
    },
  };
}

export function durationInWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown time";
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function sizeInWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size.toPrecision(3)} ${units[unit]}`;
}
