export interface HtmlTile {
  readonly title: string;
  readonly caption?: string;
  /** Pictures of one exposure, e.g. the radiograph and its overlay; a click or touch shows the next one. */
  readonly pictures: readonly { readonly name: string; readonly png: Uint8Array }[];
}

/** A contact sheet as one HTML file that needs nothing else: pictures inside it, no scripts, light on paper. */
export function contactSheetHtml(
  tiles: readonly HtmlTile[],
  options: { title: string; caption?: string; footer?: string },
): string {
  const { title, caption, footer } = options;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(title)}</h1>${caption ? `<p>${escaped(caption)}</p>` : ""}</header>
<main>
${tiles.map(figure).join("\n")}
</main>
${footer ? `<footer><p>${escaped(footer)}</p></footer>\n` : ""}</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(16px, 3vw, 48px); background: #14171a; color: #eef1f3;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, footer { max-width: 80ch; }
h1 { margin: 0; font-size: clamp(20px, 2.4vw, 30px); font-weight: 650; letter-spacing: -0.01em; }
p { margin: 4px 0 0; color: #9aa4ad; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
  gap: clamp(14px, 1.8vw, 28px); margin: 28px 0; }
figure { margin: 0; background: #1b1f23; border: 1px solid #2a3036; border-radius: 10px; overflow: hidden; }
.views { display: grid; grid-template-columns: 1fr; position: relative; background: #000; }
.views img { display: block; width: 100%; height: auto; aspect-ratio: var(--ratio, auto); }
.views input { position: absolute; opacity: 0; pointer-events: none; }
.views .view { display: none; }
.views input:checked + .view { display: block; }
.views label { position: absolute; inset: 0; cursor: pointer; }
.views .tag { position: absolute; right: 8px; bottom: 8px; padding: 1px 8px; border-radius: 9px; font-size: 12px;
  background: #0b0e11b3; color: #d7dde2; }
.views input:focus-visible + .view { outline: 2px solid #56b4e9; outline-offset: -2px; }
figcaption { padding: 10px 14px 12px; }
figcaption strong { display: block; font-weight: 600; }
figcaption span { color: #9aa4ad; font-size: 13px; }
@media print { body { background: #fff; color: #000; } figure { break-inside: avoid; border-color: #ccc; background: #fff; } }
`;

/** Pictures take turns by radio buttons, whose labels lie over the pictures: each shows the next one. */
function figure(tile: HtmlTile, index: number): string {
  const { pictures } = tile;
  const views = pictures.map(({ name, png }, n) => {
    const image = `<img alt="${escaped(`${tile.title}: ${name}`)}" src="data:image/png;base64,${base64(png)}">`;
    if (pictures.length === 1) return image;
    const next = `v${index}-${(n + 1) % pictures.length}`;
    const button = `<input type="radio" name="v${index}" id="v${index}-${n}" aria-label="${escaped(name)}"${n === 0 ? " checked" : ""}>`;
    return `${button}<div class="view">${image}<span class="tag">${escaped(name)}</span><label for="${next}"></label></div>`;
  });
  const caption = tile.caption ? `<span>${escaped(tile.caption)}</span>` : "";
  return `<figure><div class="views">${views.join("")}</div><figcaption><strong>${escaped(tile.title)}</strong>${caption}</figcaption></figure>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let n = 0; n < bytes.length; n += 8192) binary += String.fromCharCode(...bytes.subarray(n, n + 8192));
  return btoa(binary);
}
