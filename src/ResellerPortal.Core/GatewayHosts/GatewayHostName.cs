using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Access;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>The form of a host name that resellers may enter.</summary>
public static partial class GatewayHostName
{
    /// <summary>A DNS name has at most 253 characters, and the name of the TXT record is longer than the host's.</summary>
    public const int MaxLength = 230;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// The name in lower case and ASCII.
    /// Refused: it is an IP address, has a scheme, port or path, or is not the name of a host on the internet.
    /// </summary>
    public static Outcome<string> Parse(string text)
    {
        var trimmed = text.Trim();
        if (IPAddress.TryParse(trimmed, out _))
        {
            return Refuse("This is an IP address. Enter a host name such as api.company.example.");
        }

        if (trimmed.AsSpan().ContainsAny("/:?#@\\"))
        {
            return Refuse("Enter the host name alone, such as api.company.example, without https://, port or path.");
        }

        try
        {
            var name = Idn.GetAscii(trimmed.TrimEnd('.')).ToLowerInvariant();
            return name.Length <= MaxLength && NameRegex().IsMatch(name) ? name : Refuse(NotAName);
        }
        catch (ArgumentException)
        {
            return Refuse(NotAName);
        }
    }

    private const string NotAName = "This is not a host name. Enter one of your own domain, such as api.company.example.";

    private static Refusal Refuse(string why) => Refusal.Because(why, nameof(GatewayHost.HostName));

    /// <summary>At least two labels, and a last one that begins with a letter.</summary>
    [GeneratedRegex(@"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])\z")]
    private static partial Regex NameRegex();
}
