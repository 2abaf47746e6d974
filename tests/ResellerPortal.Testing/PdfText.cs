using System.Diagnostics;
using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;

namespace ResellerPortal.Testing;

/// <summary>Extracts a PDF's text in reading order.</summary>
public static class PdfText
{
    public static string Read(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return string.Join('\n', document.GetPages().Select(page => ContentOrderTextExtractor.GetText(page)));
    }

    public static int PageCount(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return document.NumberOfPages;
    }

    /// <summary>Returns pairs of letters that overlap.</summary>
    public static IReadOnlyList<string> Overlaps(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return [.. document.GetPages().SelectMany(page =>
        {
            // Adjacent letters of a word touch; letters of colliding texts overlap by half or more.
            var letters = page.Letters.Where(l => !string.IsNullOrWhiteSpace(l.Value)).ToList();
            return from first in letters
                   from second in letters
                   where first.StartBaseLine.X < second.StartBaseLine.X
                       && Math.Abs(first.StartBaseLine.Y - second.StartBaseLine.Y) < 3
                       && first.EndBaseLine.X - second.StartBaseLine.X > first.Width / 2
                   select $"{first.Value} under {second.Value} at {second.StartBaseLine.X:0}, {second.StartBaseLine.Y:0}";
        })];
    }

    /// <summary>Decodes the QR code on the first page; empty if there is none.</summary>
    public static async Task<string> ReadCodeAsync(byte[] pdf)
    {
        var folder = Directory.CreateTempSubdirectory("portal-code-");
        var file = Path.Combine(folder.FullName, "page.pdf");
        await File.WriteAllBytesAsync(file, pdf);
        await RunAsync("pdftoppm", "-r", "200", "-f", "1", "-l", "1", "-singlefile", "-png", file, Path.ChangeExtension(file, null));
        var text = await RunAsync("zbarimg", "--quiet", "--raw", "--oneshot", "-Sbinary", Path.ChangeExtension(file, ".png"));
        folder.Delete(recursive: true);
        return text.TrimEnd();
    }

    public static int ImageCount(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return document.GetPages().Sum(page => page.NumberOfImages);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await errors;
        return text;
    }
}
