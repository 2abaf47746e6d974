using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;

namespace ResellerPortal.Testing;

/// <summary>Reads a PDF back as a person would: its text in reading order.</summary>
public static class PdfText
{
    public static string Of(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return string.Join('\n', document.GetPages().Select(page => ContentOrderTextExtractor.GetText(page)));
    }

    public static int PageCount(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return document.NumberOfPages;
    }

    /// <summary>Pairs of letters that stand on top of each other.</summary>
    public static IReadOnlyList<string> Overlaps(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return [.. document.GetPages().SelectMany(page =>
        {
            // Neighbours of one word touch; letters of two texts that collide cover each other by half.
            var letters = page.Letters.Where(l => !string.IsNullOrWhiteSpace(l.Value)).ToList();
            return from first in letters
                   from second in letters
                   where first.StartBaseLine.X < second.StartBaseLine.X
                       && Math.Abs(first.StartBaseLine.Y - second.StartBaseLine.Y) < 3
                       && first.EndBaseLine.X - second.StartBaseLine.X > first.Width / 2
                   select $"{first.Value} under {second.Value} at {second.StartBaseLine.X:0}, {second.StartBaseLine.Y:0}";
        })];
    }

    public static int ImageCount(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return document.GetPages().Sum(page => page.NumberOfImages);
    }
}
