using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ResellerPortal.Documents.Drawing;

/// <summary>
/// Takes the chance out of a PDF. PDFsharp makes up the tags of its font subsets and the document's ids anew each time; here
/// tags count up and ids come from the content, all in their old lengths, so that offsets stay right. Behind the table of
/// offsets it says on what it ran; that is left out.
/// </summary>
internal static partial class Repeatable
{
    public static byte[] Of(byte[] pdf)
    {
        var tags = new Dictionary<string, string>();
        var text = FontTag().Replace(Encoding.Latin1.GetString(pdf), match =>
        {
            var made = match.Groups["tag"].Value;
            if (!tags.TryGetValue(made, out var tag))
            {
                tag = $"AAAA{(char)('A' + (tags.Count / 26))}{(char)('A' + (tags.Count % 26))}";
                tags.Add(made, tag);
            }

            return $"/{match.Groups["key"].Value}/{tag}+";
        });
        text = Comment().Replace(text, "");
        var content = SHA256.HashData(Encoding.Latin1.GetBytes(Id().Replace(text, "")));
        var id = new Guid(content.AsSpan(0, 16));
        text = Id().Replace(text, match => match.Value[0] == 'u' ? $"uuid:{id:D}" : $"/ID[<{id:N}><{id:N}>]");
        return Encoding.Latin1.GetBytes(text);
    }

    [GeneratedRegex("/(?<key>BaseFont|FontName)/(?<tag>[A-Z]{6})\\+")]
    private static partial Regex FontTag();

    [GeneratedRegex("% Created with PDFsharp[^\\n]*(?=\\nstartxref)")]
    private static partial Regex Comment();

    [GeneratedRegex("uuid:[0-9a-f-]{36}|/ID\\[<[0-9A-F]{32}><[0-9A-F]{32}>\\]")]
    private static partial Regex Id();
}
