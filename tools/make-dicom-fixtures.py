"""Writes the small DICOM series of test/fixtures/dicom with what pydicom and nibabel say about them.

    python -m venv ENV && ENV/bin/pip install pydicom==3.0.2 numpy==2.4.6 nibabel==5.4.2 pylibjpeg==2.1.0 \
        pylibjpeg-libjpeg==2.5.0 pylibjpeg-openjpeg==2.6.0 pylibjpeg-rle==2.2.0 pyjpegls==1.5.1 python-gdcm==3.2.6
    ENV/bin/python tools/make-dicom-fixtures.py

Encoders: pydicom (deflate), pylibjpeg (RLE), CharLS (JPEG-LS), GDCM (JPEG lossless, and JPEG 2000: OpenJPEG behind pylibjpeg
refuses pictures as small as these). What is written is read back by
pydicom before it is believed. expected.json: shape (columns, rows, slices), lpsFromVoxel (row-major; in-plane columns and
origin from nibabel's DICOM wrapper, whose array index runs rows first, third column from the positions), sum and a sum
weighted by the place in memory (i fastest, from 1) of the Hounsfield units. Padding becomes -1024 HU, as docs/dicom.md says.
"""

import json
import pathlib
import shutil

import gdcm
import nibabel.nicom.dicomwrappers as wrappers
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "dicom"
COLUMNS, ROWS, SLICES = 16, 12, 4
STEP = 2.5
random = np.random.default_rng(20260102)
expected = {}


def stored(low, high, dtype):
    """A smooth gradient with noise over the whole range, both ends included."""
    k, j, i = np.mgrid[0:SLICES, 0:ROWS, 0:COLUMNS]
    ramp = (i / (COLUMNS - 1) + j / (ROWS - 1) + k / (SLICES - 1)) / 3
    values = np.clip(low + ramp * (high - low) + random.integers(-40, 40, ramp.shape), low, high).astype(dtype)
    values[0, 0, 0], values[-1, -1, -1] = low, high
    return values


SIGNED = stored(-400, 6000, np.int16)
UNSIGNED = stored(0, 4095, np.uint16)
AXIAL = ([1, 0, 0], [0, 1, 0])


def uid(*numbers):
    return "2.25." + ".".join(map(str, numbers))


def slice_of(pixels, number, *, bits, position, axes=AXIAL, slope="1", intercept="-1024", series=1):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = uid(series, number)
    meta.ImplementationClassUID = uid(99)
    ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, uid(series, number)
    ds.Modality = "CT"
    ds.SeriesDescription = "Phantom, bone kernel"
    ds.PatientName, ds.PatientID = "PHANTOM", "PHANTOM"
    ds.SliceThickness = "2.5"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(7), uid(7, series)
    ds.SeriesNumber, ds.InstanceNumber = series, number
    ds.ImagePositionPatient = [f"{x:.6f}".rstrip("0").rstrip(".") for x in position]
    ds.ImageOrientationPatient = [f"{x:.9f}".rstrip("0").rstrip(".") for x in np.ravel(axes)]
    ds.FrameOfReferenceUID = uid(8)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.PixelSpacing = ["0.8", "0.7"]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, bits, bits - 1
    ds.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    ds.RescaleIntercept, ds.RescaleSlope = intercept, slope
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"
    return ds


def position_of(k, origin=(-30.5, -40.25, 100.75), step=(0, 0, STEP)):
    return [o + k * s for o, s in zip(origin, step)]


def series(values, *, bits, change=None, **more):
    """Slices in an order of files that is not the order of places."""
    result = []
    for k in range(len(values)):
        place = position_of(k, **{key: more[key] for key in ("origin", "step") if key in more})
        extra = {key: more[key] for key in ("axes", "series") if key in more}
        ds = slice_of(values[k], 10 - k, bits=bits, position=place, **extra)
        if change:
            change(ds, k)
        result.append(ds)
    return result


def write(name, slices, save=None):
    folder = OUT / name
    folder.mkdir(parents=True)
    for n, ds in enumerate(slices):
        path = folder / f"{(n * 3 + 1) % len(slices)}.dcm"
        if save:
            save(ds, path)
        else:
            ds.save_as(path, enforce_file_format=True)


def hounsfield(ds):
    """pydicom's pixels, padding as we treat it, slope and intercept in float64."""
    words = ds.pixel_array.astype(np.int64)
    hu = words * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    if "PixelPaddingValue" in ds:
        ends = sorted([ds.PixelPaddingValue, ds.get("PixelPaddingRangeLimit", ds.PixelPaddingValue)])
        hu[(words >= ends[0]) & (words <= ends[1])] = -1024
    hu[hu < -1500] = -1024
    return hu


def expect_files(name):
    """Reads the folder back with pydicom; slices go by the direction of row x column."""
    read = [pydicom.dcmread(path, force=True) for path in sorted((OUT / name).iterdir())]
    axes = np.array(read[0].ImageOrientationPatient, dtype=float).reshape(2, 3)
    normal = np.cross(*axes)
    read.sort(key=lambda ds: float(np.dot(normal, np.array(ds.ImagePositionPatient, dtype=float))))
    places = np.array([ds.ImagePositionPatient for ds in read], dtype=float)
    plane = wrappers.wrapper_from_data(read[0]).affine
    affine = plane.copy()
    affine[:, 0], affine[:, 1] = plane[:, 1], plane[:, 0]
    affine[:3, 2] = (places[-1] - places[0]) / (len(read) - 1)
    expect(name, affine, np.stack([hounsfield(ds) for ds in read]))


def expect(name, affine, hu):
    flat = hu.ravel()
    expected[name] = {
        "shape": list(hu.shape[::-1]),
        "lpsFromVoxel": [float(x) for x in affine.ravel()],
        "sum": float(flat.sum()),
        "weightedSum": float((flat * np.arange(1, flat.size + 1)).sum()),
    }


def save_as(syntax):
    def save(ds, path):
        if syntax in (RLELossless, JPEGLSLossless):
            ds.compress(syntax, generate_instance_uid=False)
        ds.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
            ds["PixelData"].VR = "OW"
        pydicom.dcmwrite(
            path,
            ds,
            implicit_vr=syntax == ImplicitVRLittleEndian,
            little_endian=syntax != ExplicitVRBigEndian,
            force_encoding=True,
        )

    return save


def save_with_gdcm(kind):
    def save(ds, path):
        ds.save_as(path, enforce_file_format=True)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(kind))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(path))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()

    return save


def syntaxes():
    for name, save in {
        "explicit-little": save_as(ExplicitVRLittleEndian),
        "implicit-little": save_as(ImplicitVRLittleEndian),
        "explicit-big": save_as(ExplicitVRBigEndian),
        "deflated": save_as(DeflatedExplicitVRLittleEndian),
        "rle": save_as(RLELossless),
        "jpeg-ls": save_as(JPEGLSLossless),
        "jpeg-2000": save_with_gdcm(gdcm.TransferSyntax.JPEG2000Lossless),
        "jpeg-lossless": save_with_gdcm(gdcm.TransferSyntax.JPEGLosslessProcess14),
        "jpeg-lossless-first-order": save_with_gdcm(gdcm.TransferSyntax.JPEGLosslessProcess14_1),
    }.items():
        for kind, values, bits in (("signed-16", SIGNED, 16), ("unsigned-12", UNSIGNED, 12)):
            write(f"{name}-{kind}", series(values, bits=bits), save)
            expect_files(f"{name}-{kind}")


def geometry():
    c, s = np.cos(np.radians(20)), np.sin(np.radians(20))
    # Gantry tilted by 20 degrees: slices lean, the table still moves along z.
    write("gantry-tilt", series(UNSIGNED, bits=12, axes=([1, 0, 0], [0, c, -s])))
    x = np.array([np.cos(0.3) * np.cos(0.2), np.sin(0.3) * np.cos(0.2), -np.sin(0.2)])
    y = np.cross([0.1, -0.3, 0.9], x)
    y /= np.linalg.norm(y)
    write("oblique", series(UNSIGNED, bits=12, axes=(x, y), step=tuple(STEP * np.cross(x, y))))
    # Feet first: rows and columns both turned, so that slices run towards the feet.
    write("turned", series(UNSIGNED, bits=12, axes=([-1, 0, 0], [0, 1, 0])))
    for name in ("gantry-tilt", "oblique", "turned"):
        expect_files(name)


def values():
    def scaled(ds, k):
        ds.RescaleSlope, ds.RescaleIntercept = f"{0.5 + 0.25 * k}", str(-1024 + 10 * k)

    def junk(ds, k):
        words = np.frombuffer(ds.PixelData, "<u2") | 0xA000
        ds.PixelData = words.astype("<u2").tobytes()

    def shifted(ds, k):
        words = np.frombuffer(ds.PixelData, "<u2") << 4 | 5
        ds.PixelData, ds.HighBit = words.astype("<u2").tobytes(), 15

    def padded(ds, k):
        words = np.frombuffer(ds.PixelData, "<i2").copy()
        words[:40], words[40:50], words[50] = -2000, -2048, -1990
        ds.PixelData = words.tobytes()
        # The scanner's habit: declared is -2000, outside the circle lies -2048.
        ds.add_new(0x00280120, "SS", -2000)
        ds.add_new(0x00280121, "SS", -1990)

    def twelve_bit_sign(ds, k):
        words = np.frombuffer(ds.PixelData, "<u2") & 0x0FFF
        ds.PixelData, ds.PixelRepresentation, ds.RescaleIntercept = words.astype("<u2").tobytes(), 1, "1000"

    write("scaled-by-slice", series(UNSIGNED, bits=12, change=scaled))
    write("junk-above-bits-stored", series(UNSIGNED, bits=12, change=junk))
    write("high-bit-15", series(UNSIGNED, bits=12, change=shifted))
    write("padding", series(SIGNED, bits=16, change=padded))
    write("signed-12", series(UNSIGNED, bits=12, change=twelve_bit_sign))
    for name in ("scaled-by-slice", "padding", "signed-12"):
        expect_files(name)
    # pydicom leaves foreign bits to its caller: these are the same words by construction.
    for name in ("junk-above-bits-stored", "high-bit-15"):
        expected[name] = expected["explicit-little-unsigned-12"]


def unusual():
    def empty(ds, k):
        ds.SOPClassUID = ds.SOPInstanceUID = ds.SeriesInstanceUID = ds.StudyInstanceUID = ""

    write("empty-uids", series(UNSIGNED, bits=12, change=empty))
    # Undefined lengths, nested, and a private sequence: all to be stepped over.
    def nested(ds, k):
        inner = Dataset()
        inner.CodeValue, inner.CodeMeaning = "1", "inner"
        outer = Dataset()
        outer.PurposeOfReferenceCodeSequence = Sequence([inner])
        outer["PurposeOfReferenceCodeSequence"].is_undefined_length = True
        outer.is_undefined_length_sequence_item = True
        ds.SourceImageSequence = Sequence([outer, Dataset()])
        ds["SourceImageSequence"].is_undefined_length = True

    write("nested-sequences", series(UNSIGNED, bits=12, change=nested))
    for name in ("empty-uids", "nested-sequences"):
        expect_files(name)

    def bare(ds, path):
        ds.preamble = None
        del ds.file_meta
        ds.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=False)

    write("no-preamble", series(UNSIGNED, bits=12), bare)
    expected["no-preamble"] = expected["explicit-little-unsigned-12"]


def enhanced(name, syntax):
    ds = slice_of(UNSIGNED[0], 1, bits=12, position=(0, 0, 0))
    for key in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept"):
        delattr(ds, key)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    ds.NumberOfFrames = SLICES

    def item(**attributes):
        data = Dataset()
        for key, value in attributes.items():
            setattr(data, key, value)
        return Sequence([data])

    shared = Dataset()
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=["1", "0", "0", "0", "1", "0"])
    shared.PixelMeasuresSequence = item(PixelSpacing=["0.8", "0.7"], SliceThickness="2.5")
    shared.PixelValueTransformationSequence = item(RescaleSlope="1", RescaleIntercept="-1024", RescaleType="HU")
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k in range(SLICES):
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=[f"{x:g}" for x in position_of(k)])
        frames.append(frame)
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    ds.PixelData = UNSIGNED.tobytes()
    ds["PixelData"].VR = "OW"
    if syntax != ExplicitVRLittleEndian:
        ds.compress(syntax, generate_instance_uid=False)
    write(name, [ds])
    expected[name] = expected["explicit-little-unsigned-12"]


def split_frames(name):
    """Frames of several fragments each, found by the table of offsets."""
    source = OUT / "enhanced-jpeg-ls" / "0.dcm"
    ds = pydicom.dcmread(source)
    from pydicom.encaps import generate_frames

    frames = list(generate_frames(ds.PixelData, number_of_frames=SLICES))
    ds.PixelData = encapsulate(frames, fragments_per_frame=2, has_bot=True)
    ds["PixelData"].is_undefined_length = True
    write(name, [ds])
    expected[name] = expected["explicit-little-unsigned-12"]


def others():
    folder = OUT / "others"
    folder.mkdir()
    scout = series(UNSIGNED, bits=12)[0]
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
    scout.save_as(folder / "scout.dcm", enforce_file_format=True)
    report = slice_of(UNSIGNED[0], 1, bits=12, position=(0, 0, 0))
    del report.PixelData
    report.Modality = "SR"
    report.save_as(folder / "report.dcm", enforce_file_format=True)
    capture = slice_of(UNSIGNED[0], 1, bits=12, position=(0, 0, 0))
    del capture.ImagePositionPatient, capture.ImageOrientationPatient
    capture.save_as(folder / "capture.dcm", enforce_file_format=True)


if OUT.exists():
    shutil.rmtree(OUT)
syntaxes()
geometry()
values()
unusual()
enhanced("enhanced-native", ExplicitVRLittleEndian)
enhanced("enhanced-jpeg-ls", JPEGLSLossless)
split_frames("enhanced-split-frames")
others()
(OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
