using System.Buffers.Binary;
using System.IO.Compression;

namespace ResellerPortal.Documents.Drawing;

/// <summary>
/// Reads an image's header and, for a PNG, the length of its inflated data, before anything is decoded: a file of some hundred kilobytes
/// may otherwise take gigabytes.
/// </summary>
internal static class ImageLimits
{
    /// <summary>The most pixels of an image that is drawn, 2,000 × 2,000; decoding takes some thirty bytes for each.</summary>
    public const int MaxPixels = 4_000_000;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Whether a file is a PNG or JPEG image of at most so many pixels on each side, and of <see cref="MaxPixels"/> in all.
    /// </summary>
    public static bool IsWithin(byte[] image, int maxSide = ushort.MaxValue)
    {
        var size = image.AsSpan().StartsWith(PngSignature) ? ReadPngSize(image) : ReadJpegSize(image);
        return size is var (width, height)
            && width > 0
            && height > 0
            && width <= maxSide
            && height <= maxSide
            && (long)width * height <= MaxPixels;
    }

    /// <summary>PNG specification, sections 5.3 and 11.2.2.</summary>
    private static (uint Width, uint Height)? ReadPngSize(byte[] image)
    {
        var (at, size, data, expected) = (PngSignature.Length, default((uint, uint)?), new List<ArraySegment<byte>>(), 0L);
        while (at + 12 <= image.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(at));
            var type = image.AsSpan(at + 4, 4);
            if (length > image.Length - at - 12)
            {
                return null;
            }

            if (type.SequenceEqual("IHDR"u8) && length == 13 && size is null)
            {
                var header = image.AsSpan(at + 8, 13);
                var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
                size = (width, height);
                expected = CountDataBytes(width, height, bitDepth: header[8], colourType: header[9], isInterlaced: header[12] == 1);
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                data.Add(new ArraySegment<byte>(image, at + 8, (int)length));
            }

            at += (int)length + 12;
        }

        return size is not null && expected <= MaxPixels * 9L && InflatesTo(data, expected) ? size : null;
    }

    /// <summary>The length of a PNG's inflated data: a filter byte and the pixels of each row; more rows if they are interlaced.</summary>
    private static long CountDataBytes(uint width, uint height, byte bitDepth, byte colourType, bool isInterlaced)
    {
        var samples = colourType switch
        {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        var bytes = ((((long)width * samples * bitDepth) + 7) / 8 + 1) * height;
        return isInterlaced ? (bytes * 2) + (16L * height) : bytes;
    }

    /// <summary>Whether the data inflates to no more than it should.</summary>
    private static bool InflatesTo(List<ArraySegment<byte>> data, long atMost)
    {
        using var stream = new MemoryStream([.. data.SelectMany(segment => segment)], writable: false);
        using var inflated = new ZLibStream(stream, CompressionMode.Decompress);
        var buffer = new byte[16 * 1024];
        var count = 0L;
        try
        {
            while (inflated.Read(buffer) is > 0 and var read)
            {
                count += read;
                if (count > atMost)
                {
                    return false;
                }
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return count > 0;
    }

    /// <summary>ITU T.81, B.2.2: the first start-of-frame segment has the size.</summary>
    private static (uint Width, uint Height)? ReadJpegSize(ReadOnlySpan<byte> image)
    {
        if (image is not [0xFF, 0xD8, ..])
        {
            return null;
        }

        for (var at = 2; at + 9 <= image.Length && image[at] == 0xFF;)
        {
            var marker = image[at + 1];
            if (marker is 0xFF)
            {
                at++;
            }
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return (
                    BinaryPrimitives.ReadUInt16BigEndian(image[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(image[(at + 5)..]));
            }
            else
            {
                at += 2 + BinaryPrimitives.ReadUInt16BigEndian(image[(at + 2)..]);
            }
        }

        return null;
    }
}
