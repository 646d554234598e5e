import { InputError } from "../error/input-error.ts";

const AGAIN = "run the same command again: what is complete stays";

/** What the system says when a data set's folder cannot be written, as what a user can mend; any other error comes back as it is. */
export function folderFailure(error: unknown, place: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const told = { cause: error };
  switch (code) {
    case "ENOSPC":
      return new InputError("disk-full", `the disk of ${place} is full`, {
        remedy: `make room and ${AGAIN}`,
        ...told,
      });
    case "EDQUOT":
    case "EFBIG":
      return new InputError("disk-quota", `the system lets no more be written into ${place} (${code})`, {
        remedy: `raise the quota or the limit of file sizes and ${AGAIN}`,
        ...told,
      });
    case "ENOTDIR":
    case "EEXIST":
      return new InputError("out-unusable", `cannot write into ${place}: a file is in the way (${code})`, {
        remedy: "give another folder",
        ...told,
      });
    case "ENAMETOOLONG":
    case "ELOOP":
    case "EINVAL":
      return new InputError(
        "out-unusable",
        `cannot write into ${place}: the system takes no such name (${code})`,
        {
          remedy: "give another folder",
          ...told,
        },
      );
    case "EROFS":
    case "EACCES":
    case "EPERM":
    case "ENOENT":
    case "EIO":
    case "ESTALE":
      return new InputError("out-unusable", `cannot write into ${place}: ${code}`, {
        remedy: `make it writable and ${AGAIN}`,
        ...told,
      });
    default:
      return error;
  }
}
