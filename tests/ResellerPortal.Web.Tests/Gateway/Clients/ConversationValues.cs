using System.Globalization;
using System.Text.RegularExpressions;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>What differs from one conversation to the next: host, tokens, ids of files, and the lengths that follow from them.</summary>
internal sealed partial class ConversationValues(string host)
{
    private readonly Dictionary<string, string> _values = new() { ["host"] = host };

    public string this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>Completes a request's text.</summary>
    public string Fill(string request)
    {
        var text = Name().Replace(request.ReplaceLineEndings("\r\n"), Find);
        var bodyAt = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return bodyAt < 0
            ? text + "\r\n\r\n"
            : text.Replace("{length}", Count(text[(bodyAt + 4)..]), StringComparison.Ordinal);
    }

    /// <summary>"{length}" is known only once the body is complete, and "{length of …}" is that of a value.</summary>
    private string Find(Match match) =>
        match.Groups[2].Value is not ("length" and var own) ? match.Groups[1].Success ? Count(_values[match.Groups[2].Value])
        : match.Groups[3].Success ? Uri.EscapeDataString(_values[match.Groups[2].Value])
        : _values[match.Groups[2].Value]
        : $"{{{own}}}";

    private static string Count(string text) => text.Length.ToString(CultureInfo.InvariantCulture);

    /// <summary>"{source}", "{length of source}" or "{source, escaped}".</summary>
    [GeneratedRegex(@"\{(length of )?([a-z]+)(, escaped)?\}")]
    private static partial Regex Name();
}
