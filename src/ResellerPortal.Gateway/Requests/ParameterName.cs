using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ResellerPortal.Gateway.Requests;

/// <summary>What the gateway does with a parameter's value.</summary>
internal enum ParameterKind
{
    /// <summary>Passed on as text.</summary>
    Text,

    /// <summary>A file: its content, the id of a stored file, or an address.</summary>
    File,

    /// <summary>The address of a page.</summary>
    Address,

    /// <summary>A credential of the older protocol, which is not passed on.</summary>
    Credential,

    Async,
    JobId,
    WebHook,
    StoreFile,
    Timeout,
}

/// <summary>The name of a conversion's parameter, such as "PageRange" or "Files[0]".</summary>
/// <param name="Text">The name as sent.</param>
/// <param name="Key">The name by which upstreams might know it: lower-case letters, digits and the index.</param>
internal readonly partial record struct ParameterName(string Text, string Key, ParameterKind Kind)
{
    /// <summary>The field of a request that consists of one file.</summary>
    public static readonly ParameterName File = new("File", "file", ParameterKind.File);

    private static readonly FrozenDictionary<string, ParameterKind> Understood = new Dictionary<string, ParameterKind>
    {
        ["async"] = ParameterKind.Async,
        ["jobid"] = ParameterKind.JobId,
        ["webhook"] = ParameterKind.WebHook,
        ["webhookurl"] = ParameterKind.WebHook,
        ["storefile"] = ParameterKind.StoreFile,
        ["timeout"] = ParameterKind.Timeout,
        ["secret"] = ParameterKind.Credential,
        ["apikey"] = ParameterKind.Credential,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, ParameterName> Usual =
        ((string[])["File", "StoreFile", "Url", "Files[0]", "Files[1]", "Timeout", "FileName", "PageRange"])
        .ToFrozenDictionary(name => name, Create);

    /// <summary>Whether it is the field for the files to convert, and never anything else.</summary>
    public bool IsUsualFile => Key.Split('[')[0] is "file" or "files";

    /// <summary>Whether it names the next value of a list, such as "Tags[]", so that it may come again.</summary>
    public bool IsListItem => Kind == ParameterKind.Text && Key.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>Reads a name: 1 to 64 letters, digits, "_" or "-", and an index such as "[0]" for lists.</summary>
    /// <exception cref="Callers.CallerErrorException">It is not such a name.</exception>
    public static ParameterName Parse(string name) =>
        Usual.TryGetValue(name, out var usual) ? usual
        : Format().IsMatch(name) ? Create(name)
        : throw new Callers.CallerErrorException(GatewayError.Unreadable(
            "A parameter's name must be 1 to 64 letters, digits, '_' or '-', with an index in brackets for lists, such as Files[0]."));

    /// <summary>The name of one of several values.</summary>
    public ParameterName At(int index) => Parse($"{Text}[{index}]");

    /// <summary>Spellings that differ in case, separators or an index are one name, because an upstream might read them as one.</summary>
    private static ParameterName Create(string name)
    {
        var end = name.IndexOf('[', StringComparison.Ordinal);
        var plain = string.Concat((end < 0 ? name : name[..end]).Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        var numbered = plain.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var kind = Understood.TryGetValue(plain, out var known) ? known
            : EndsWithAny(numbered, "file", "files") ? ParameterKind.File
            : EndsWithAny(numbered, "url", "urls", "uri", "uris") ? ParameterKind.Address
            : ParameterKind.Text;
        return new ParameterName(name, end < 0 || Understood.ContainsKey(plain) ? plain : plain + name[end..], kind);
    }

    private static bool EndsWithAny(string name, params ReadOnlySpan<string> endings)
    {
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\[[0-9]{0,4}\])?\z")]
    private static partial Regex Format();
}
