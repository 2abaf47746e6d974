namespace ResellerPortal.Web.Commands;

/// <summary>
/// The options behind a command: <c>--name value</c>, and flags without a value. Settings of the portal, such as
/// <c>--ConnectionStrings:Portal=…</c>, may stand among them.
/// </summary>
internal sealed class CommandOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private CommandOptions()
    {
    }

    /// <summary>
    /// Reads the options, or returns null if one is unknown, stands there twice or lacks its value: with an option less, a command could do
    /// more than was meant.
    /// </summary>
    public static CommandOptions? Parse(string[] args, string[] named, params string[] flags)
    {
        var options = new CommandOptions();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            var value = flags.Contains(args[i]) ? ""
                : named.Contains(args[i]) && i + 1 < args.Length && args[i + 1] is { Length: > 0 } next && !next.StartsWith('-') ? next
                : null;
            if (value is null || !options._values.TryAdd(args[i], value))
            {
                return null;
            }

            i += value.Length > 0 ? 1 : 0;
        }

        return options;
    }

    /// <summary>The value behind an option; null if it is not given.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    public bool Has(string flag) => _values.ContainsKey(flag);
}
