"""Writes the small volumes of test/fixtures/volume with what other readers say about them.

Needs nibabel 5.3.2, pynrrd 1.1.3, SimpleITK 2.5.2, numpy 2.4 in an environment of its own:

    python -m venv ENV && ENV/bin/pip install nibabel==5.3.2 pynrrd==1.1.3 SimpleITK==2.5.2 numpy==2.4.6
    ENV/bin/python tools/make-volume-fixtures.py            # writes the fixtures
    ENV/bin/python tools/make-volume-fixtures.py --written  # reads back what our writers make of them

expected.json: shape, lpsFromVoxel (row-major), sum and a sum weighted by the place in memory (i fastest, from 1),
which tells a wrong order of voxels from a right one. Affines come from nibabel (RAS, turned to LPS here) and
SimpleITK (LPS), but for files whose rule we chose ourselves; those are marked by "rule".
"""

import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import nibabel as nib
import nrrd
import numpy as np
import SimpleITK as sitk

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "test" / "fixtures" / "volume"
SHAPE = (8, 7, 6)
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
random = np.random.default_rng(20260101)
expected = {}


def voxels(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return random.normal(0, 800, SHAPE).astype(dtype)
    low, high = (0, 200) if dtype.kind == "u" else (-100, 100)
    if dtype.itemsize > 1:
        low, high = (0, 3000) if dtype.kind == "u" else (-1024, 3000)
    return random.integers(low, high, SHAPE).astype(dtype)


def rotation(x, y, z):
    a, b, c = np.radians([x, y, z])
    rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return rz @ ry @ rx


def affine(linear, origin):
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = origin
    return matrix


def expect(name, lps_from_voxel, values, **more):
    values = np.asarray(values, dtype=np.float64)
    flat = values.ravel(order="F")
    expected[name] = {
        "shape": list(values.shape),
        "lpsFromVoxel": [float(x) for x in np.asarray(lps_from_voxel).ravel()],
        "sum": float(flat.sum()),
        "weightedSum": float((flat * np.arange(1, flat.size + 1)).sum()),
        **more,
    }


OBLIQUE = affine(rotation(10, -20, 30) @ np.diag([0.7, 0.8, 2.5]), [-31.5, 12.25, -100.75])
SHEARED = affine(np.array([[0.7, 0, 0], [0, 0.7, 0.9], [0, 0, 2.4]]), [-10, -20, 30])
PERMUTED = affine(np.array([[0, 0, -1.5], [0.9, 0, 0], [0, -1.1, 0]]), [40, -30, 20])


def expect_nifti(name, **more):
    image = nib.load(OUT / name)
    expect(name, RAS_TO_LPS @ more.pop("ras", image.affine), image.get_fdata().reshape(image.shape[:3]), **more)


def nifti(name, data, sform=None, qform=None, header=None, change=None, kind=nib.Nifti1Image, **more):
    image = kind(data, None, header, dtype=data.dtype)
    image.header.set_data_dtype(data.dtype)
    image.set_sform(sform, 1 if sform is not None else 0)
    image.set_qform(qform, 1 if qform is not None else 0)
    image.header.set_xyzt_units("mm")
    if change:
        change(image)
    nib.save(image, OUT / name)
    expect_nifti(name, **more)


def patched(source, name, *patches):
    data = bytearray((OUT / source).read_bytes())
    for at, code, value in patches:
        struct.pack_into("<" + code, data, at, value)
    (OUT / name).write_bytes(data)


def nifti_fixtures():
    def scaled(slope, intercept):
        return lambda image: image.header.set_slope_inter(slope, intercept)

    # Slope and intercept are patched in: nibabel would rescale the voxels.
    nifti("scaled.nii", voxels(np.int16), sform=OBLIQUE)
    patched("scaled.nii", "scaled.nii", (112, "f", 1), (116, "f", -1024))
    (OUT / "oblique.nii.gz").write_bytes(gzip.compress((OUT / "scaled.nii").read_bytes(), 9, mtime=0))
    expect_nifti("scaled.nii")
    expect_nifti("oblique.nii.gz")
    patched("scaled.nii", "fractional-slope.nii", (112, "f", 0.5), (116, "f", -3.25))
    expect_nifti("fractional-slope.nii")
    patched("scaled.nii", "slope-zero.nii", (112, "f", 0), (116, "f", 77))
    expect_nifti("slope-zero.nii")
    # A left-handed qform makes nibabel write qfac -1.
    left_handed = affine(rotation(25, 15, -40) @ np.diag([0.9, 0.8, -1.7]), [5, 6, 7])
    nifti("qform-left-handed.nii", voxels(np.uint8), qform=left_handed)
    nifti("qform-half-turn.nii", voxels(np.int16), qform=affine(np.diag([-0.9, -0.9, 2.0]), [5, 6, 7]))
    nifti("sheared.nii", voxels(np.float32), sform=SHEARED)
    nifti("permuted.nii", voxels(np.int16), sform=PERMUTED)
    nifti("sform-over-qform.nii", voxels(np.int16), sform=PERMUTED, qform=left_handed)
    big = nib.Nifti1Header(endianness=">")
    nifti("big-endian.nii", voxels(np.dtype(">i2")), sform=OBLIQUE, header=big)
    big = nib.Nifti2Header(endianness=">")
    nifti("big-endian-2.nii", voxels(np.dtype(">f8")), sform=OBLIQUE, header=big, kind=nib.Nifti2Image)
    nifti("nifti-2.nii", voxels(np.float64), sform=SHEARED, kind=nib.Nifti2Image)
    nifti("nifti-2-qform.nii", voxels(np.int16), qform=left_handed, kind=nib.Nifti2Image)
    # Spacings are patched in: nibabel would add an sform.
    nifti("no-orientation.nii", voxels(np.int16))
    patched("no-orientation.nii", "no-orientation.nii", (80, "f", 0.7), (84, "f", 0.8), (88, "f", 2.5))
    expect_nifti(
        "no-orientation.nii",
        ras=np.diag([0.7, 0.8, 2.5, 1.0]).astype(np.float32).astype(np.float64),
        rule="NIfTI method 1: +i right, +j anterior, +k superior, first voxel in the origin",
    )
    nifti(
        "micrometres.nii",
        voxels(np.int16),
        sform=np.diag([700.0, 800.0, 2500.0, 1.0]),
        change=lambda image: image.header.set_xyzt_units("micron"),
        ras=np.diag([0.7, 0.8, 2.5, 1.0]),
        rule="xyzt_units say micrometres; nibabel leaves them",
    )
    nifti("one-time-point.nii", voxels(np.int16).reshape(*SHAPE, 1), sform=OBLIQUE)

    def extended(image):
        image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"an extension between header and voxels"))

    nifti("extension.nii", voxels(np.int16), sform=OBLIQUE, change=extended)
    for dtype in (np.int8, np.uint16, np.int32, np.uint32, np.float64, np.int64, np.uint64):
        nifti(f"{np.dtype(dtype).name}.nii", voxels(dtype), sform=OBLIQUE)
    nifti("float-labels.nii", voxels(np.uint8).astype(np.float32), sform=OBLIQUE)
    with_gap = voxels(np.float32)
    with_gap[3, 2, 1] = np.nan
    bad_nifti("bad-nan-voxel.nii", with_gap)
    bad_nifti("bad-two-dimensional.nii", voxels(np.int16)[:, :, 0])
    bad_nifti("bad-two-time-points.nii", np.stack([voxels(np.int16)] * 2, axis=3))
    bad_nifti("bad-rgb.nii", np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")]))
    bad_nifti("bad-complex.nii", voxels(np.float32).astype(np.complex64))
    bad_nifti("bad-pair.hdr", voxels(np.int16), kind=nib.Nifti1Pair)
    patched("scaled.nii", "bad-negative-spacing.nii", (254, "h", 0), (252, "h", 1), (84, "f", -0.8))
    patched("scaled.nii", "bad-zero-spacing.nii", (254, "h", 0), (252, "h", 0), (84, "f", 0))
    patched("scaled.nii", "bad-nan-affine.nii", (284, "f", np.nan))
    patched("scaled.nii", "bad-negative-size.nii", (44, "h", -7))
    patched("scaled.nii", "bad-huge-size.nii", (42, "h", 32767), (44, "h", 32767), (46, "h", 2))
    patched("scaled.nii", "bad-intercept.nii", (116, "f", np.nan))
    patched("scaled.nii", "bad-quaternion.nii", (254, "h", 0), (252, "h", 1), (256, "f", 1), (260, "f", 1))
    patched("scaled.nii", "bad-analyze.nii", (344, "I", 0))
    huge = bytearray((OUT / "bad-huge-size.nii").read_bytes())
    (OUT / "bad-huge-size.nii.gz").write_bytes(gzip.compress(bytes(huge), 9, mtime=0))


def bad_nifti(name, data, kind=nib.Nifti1Image):
    image = kind(data, OBLIQUE)
    nib.save(image, OUT / name)


def nrrd_fixtures():
    def write(name, data, header, signs=(1, 1, 1), **more):
        nrrd.write(str(OUT / name), data, header, **more)
        directions = np.array(header.get("space directions", np.diag(header.get("spacings", [1, 1, 1]))), dtype=float)
        origin = np.array(header.get("space origin", [0, 0, 0]), dtype=float)
        lps = affine((np.diag(signs) @ directions.T), np.diag(signs) @ origin)
        expect(name, lps, data)

    # pynrrd keeps one direction a row.
    placed = {"space directions": OBLIQUE[:3, :3].T, "space origin": OBLIQUE[:3, 3]}
    lps = {"space": "left-posterior-superior", **placed}
    write("raw.nrrd", voxels(np.int16), {**lps, "encoding": "raw"})
    write("gzip.nrrd", voxels(np.float32), {**lps, "encoding": "gzip"})
    write("ascii.nrrd", voxels(np.int16), {**lps, "encoding": "ascii"})
    write("ras.nrrd", voxels(np.uint8), {"space": "right-anterior-superior", **placed, "encoding": "gzip"}, (-1, -1, 1))
    write("las.nrrd", voxels(np.uint16), {"space": "LAS", **placed, "encoding": "gzip"}, (1, -1, 1))
    write("spacings.nrrd", voxels(np.int32), {"spacings": [0.7, 0.8, 2.5], "encoding": "raw"})
    write("big-endian.nrrd", voxels(np.dtype(">i2")), {**lps, "encoding": "raw", "endian": "big"})
    sheared = {"space": "LPS", "space directions": SHEARED[:3, :3].T, "space origin": SHEARED[:3, 3]}
    write("sheared.nrrd", voxels(np.float64), {**sheared, "encoding": "gzip"})
    write("int64.nrrd", voxels(np.int64), {**lps, "encoding": "gzip"})
    write("beside.nhdr", voxels(np.int16), {**lps, "encoding": "raw"}, detached_header=True)
    write("beside-gzip.nhdr", voxels(np.int16), {**lps, "encoding": "gzip"}, detached_header=True)
    skipped = voxels(np.int16)
    (OUT / "skips.raw").write_bytes(b"one line\nand another\n1234" + skipped.tobytes(order="F"))
    (OUT / "skips.nhdr").write_text(
        "NRRD0004\ntype: short\ndimension: 3\nspace: LPS\nsizes: 8 7 6\n"
        "space directions: (0.7,0,0) (0,0.8,0) (0,0,2.5)\nspace origin: (1,2,3)\n"
        "endian: little\nencoding: raw\nline skip: 2\nbyte skip: 4\ndata file: skips.raw\n"
    )
    expect("skips.nhdr", affine(np.diag([0.7, 0.8, 2.5]), [1, 2, 3]), skipped)

    # As Slicer writes segmentations: one layer with label values, or one layer for each group that overlaps.
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[1:4, 1:4, 1:4] = 1
    labels[4:7, 1:4, 1:4] = 5
    segments = {
        "Segment0_ID": "Segment_1", "Segment0_Name": "hip left", "Segment0_LabelValue": "1", "Segment0_Layer": "0",
        "Segment1_ID": "Segment_2", "Segment1_Name": "femur: left", "Segment1_LabelValue": "5", "Segment1_Layer": "0",
    }  # fmt: skip
    write("one-layer.seg.nrrd", labels, {**lps, "encoding": "gzip", **segments})
    layered = np.zeros((2, *SHAPE), dtype=np.uint8)
    layered[0, 1:4, 1:4, 1:4] = 1
    layered[0, 5:7, 5:7, 1:4] = 2
    layered[1, 4:7, 1:4, 1:4] = 1
    layered_directions = np.vstack([[np.nan] * 3, OBLIQUE[:3, :3].T])
    header = {
        "space": "left-posterior-superior", "space directions": layered_directions, "space origin": OBLIQUE[:3, 3],
        "kinds": ["list", "domain", "domain", "domain"], "encoding": "gzip", **segments,
        "Segment1_LabelValue": "1", "Segment1_Layer": "1",
        "Segment2_ID": "Segment_3", "Segment2_Name": "sacrum", "Segment2_LabelValue": "2", "Segment2_Layer": "0",
    }  # fmt: skip
    nrrd.write(str(OUT / "layered.seg.nrrd"), layered, header)
    merged = layered[0] * 1 + layered[1] * 2 + (layered[0] == 2) * 1
    expect("layered.seg.nrrd", OBLIQUE, merged)
    overlapping = layered.copy()
    overlapping[1, 1, 1, 1] = 1
    nrrd.write(str(OUT / "bad-overlap.seg.nrrd"), overlapping, header)
    nrrd.write(str(OUT / "bad-two-dimensional.nrrd"), voxels(np.int16)[:, :, 0], {"encoding": "raw"})
    nrrd.write(str(OUT / "bad-vectors.nrrd"), np.stack([voxels(np.int16)] * 3), {"encoding": "gzip"})


def meta_image_fixtures():
    def write(name, dtype, compressed=False, direction=None):
        # SimpleITK's arrays have k first.
        data = voxels(dtype)
        image = sitk.GetImageFromArray(np.ascontiguousarray(data.transpose(2, 1, 0)))
        image.SetSpacing((0.7, 0.8, 2.5))
        image.SetOrigin((-31.5, 12.25, -100.75))
        image.SetDirection((rotation(10, -20, 30) if direction is None else direction).ravel().tolist())
        sitk.WriteImage(image, str(OUT / name), compressed)
        expect_itk(name)

    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.float32, np.float64, np.int64):
        write(f"{np.dtype(dtype).name}.mha", dtype)
    write("compressed.mha", np.int16, True)
    write("permuted.mha", np.int16, direction=np.array([[0.0, 0, -1], [1, 0, 0], [0, -1, 0]]))
    write("detached.mhd", np.int16)
    write("detached-compressed.mhd", np.float32, True)
    text = (OUT / "int16.mha").read_bytes()
    head, marker, data = text.partition(b"ElementDataFile = LOCAL\n")
    big = head.replace(b"ByteOrderMSB = False", b"ByteOrderMSB = True") + marker
    (OUT / "big-endian.mha").write_bytes(big + np.frombuffer(data, "<i2").astype(">i2").tobytes())
    expect_itk("big-endian.mha")
    (OUT / "bad-text.mha").write_bytes(head.replace(b"BinaryData = True", b"BinaryData = False") + marker + b"1 2 3")
    (OUT / "bad-zero-spacing.mha").write_bytes(text.replace(b"ElementSpacing = 0.69999999999999996", b"ElementSpacing = 0"))
    (OUT / "bad-negative-size.mha").write_bytes(text.replace(b"DimSize = 8", b"DimSize = -8"))
    (OUT / "bad-list.mhd").write_bytes(head + b"ElementDataFile = LIST\na.raw\nb.raw\n")
    (OUT / "bad-two-dimensional.mha").write_bytes(text.replace(b"NDims = 3", b"NDims = 2"))
    (OUT / "bad-channels.mha").write_bytes(head + b"ElementNumberOfChannels = 3\n" + marker + data)


def expect_itk(name):
    image = sitk.ReadImage(str(OUT / name))
    linear = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
    expect(name, affine(linear, image.GetOrigin()), sitk.GetArrayFromImage(image).transpose(2, 1, 0))


WRITE_ALL = """
import { readFileSync, writeFileSync } from "node:fs";
const [root, out, ...names] = process.argv.slice(1);
const { readVolume } = await import(root + "/src/volume/read-volume.ts");
const { writeNifti } = await import(root + "/src/volume/write-nifti.ts");
const { writeMetaImage } = await import(root + "/src/volume/write-meta-image.ts");
for (const name of names) {
  const folder = root + "/test/fixtures/volume/";
  const sibling = async (file) => readFileSync(folder + file);
  const volume = await readVolume(readFileSync(folder + name), { name, sibling });
  writeFileSync(out + "/" + name + ".nii", writeNifti(volume));
  writeFileSync(out + "/" + name + ".mha", writeMetaImage(volume));
}
"""


def check_written():
    """Our writers' files, read by nibabel and SimpleITK, must say what expected.json says."""
    expected = json.loads((OUT / "expected.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", "--input-type=module", "-e", WRITE_ALL, str(ROOT), folder, *expected]
        subprocess.run(command, check=True)
        compared = 0
        for name, want in expected.items():
            lps = np.array(want["lpsFromVoxel"]).reshape(4, 4)
            image = nib.load(f"{folder}/{name}.nii")
            np.testing.assert_allclose(RAS_TO_LPS @ image.affine, lps, rtol=1e-6, atol=1e-5)
            np.testing.assert_allclose(image.get_fdata().sum(), want["sum"], rtol=1e-6)
            compared += 1
            if "sheared" in name or name == "nifti-2.nii":
                continue  # ITK refuses directions that are not orthogonal
            image = sitk.ReadImage(f"{folder}/{name}.mha")
            linear = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
            np.testing.assert_allclose(affine(linear, image.GetOrigin()), lps, rtol=1e-6, atol=1e-6)
            values = sitk.GetArrayFromImage(image).astype(np.float64).transpose(2, 1, 0).ravel(order="F")
            weighted = (values * np.arange(1, values.size + 1)).sum()
            np.testing.assert_allclose(weighted, want["weightedSum"], rtol=1e-6)
            compared += 1
        print(f"{compared} written files read back by nibabel and SimpleITK")


if __name__ == "__main__":
    if "--written" in sys.argv:
        check_written()
    else:
        OUT.mkdir(parents=True, exist_ok=True)
        nifti_fixtures()
        nrrd_fixtures()
        meta_image_fixtures()
        # pynrrd notes the time; the same script should make the same bytes.
        for path in [*OUT.glob("*.nrrd"), *OUT.glob("*.nhdr")]:
            path.write_bytes(re.sub(rb"# on [^\n]*\n", b"", path.read_bytes(), count=1))
        (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
        print(f"{len(expected)} volumes in {OUT.relative_to(ROOT)}")
