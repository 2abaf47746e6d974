using System.Globalization;
using System.Text.RegularExpressions;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// A conversion's parameters as the gateway understands them. Each is checked and written anew: file ids and addresses are translated,
/// and what the gateway handles itself (asynchronous jobs, webhooks) stays here.
/// </summary>
internal sealed partial class ConversionParameters(FileReferenceResolver references)
{
    /// <summary>The most bytes of all text values of a request together; files are not counted.</summary>
    public const int MaxTextBytes = 1 << 20;

    /// <summary>Addresses that are signed with a session's token have thousands of characters.</summary>
    private const int MaxAddressLength = 8_000;

    private const int MaxWebHookLength = 2_000;

    private const int MaxTimeoutSeconds = 86_400;

    /// <summary>Every name so far with its value; files have none.</summary>
    private readonly Dictionary<string, string?> _seen = [];

    private int _textLength;

    public bool IsAsync { get; set; }

    /// <summary>The job id chosen by the caller.</summary>
    public string? JobName { get; private set; }

    public string? WebHook { get; private set; }

    /// <summary>The caller's timeout for the conversion.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Number of files and addresses so far.</summary>
    public int Files { get; private set; }

    /// <summary>Number of pages that the request is limited to; null if it does not say.</summary>
    public long? Pages { get; private set; }

    /// <inheritdoc cref="FileReferenceResolver.Claim"/>
    public void ClaimFiles() => references.Claim();

    /// <summary>Checks a parameter and writes what is sent upstream in its place.</summary>
    /// <returns>True if a file was begun, whose content follows.</returns>
    /// <exception cref="CallerErrorException">The parameter is refused.</exception>
    public async ValueTask<bool> AddAsync(
        CallerParameter parameter,
        ICallerForm? form,
        FormWriter writer,
        CancellationToken cancellationToken)
    {
        if (parameter.Text is { } text)
        {
            if (await CheckTextAsync(parameter.Name, text, cancellationToken) is { } passed)
            {
                writer.WriteText(parameter.Name, passed);
            }

            return false;
        }

        var first = await form!.ReadContentAsync(cancellationToken);
        if (first.IsEmpty && parameter.FileName!.Length == 0)
        {
            // Browsers send this for a file field that was left empty.
            return false;
        }

        if (parameter.Name.Kind != ParameterKind.File)
        {
            throw new CallerErrorException(GatewayError.NotAFileParameter(parameter.Name.Text));
        }

        Files++;
        writer.BeginFile(parameter.Name, parameter.FileName!);
        if (first.IsEmpty)
        {
            writer.EndFile();
            return false;
        }

        writer.Write(first.Span);
        return true;
    }

    /// <returns>The value to send upstream; null if nothing is sent.</returns>
    private async ValueTask<string?> CheckTextAsync(ParameterName name, string text, CancellationToken cancellationToken)
    {
        _textLength += text.Length;
        if (_textLength > MaxTextBytes)
        {
            throw new CallerErrorException(GatewayError.TextTooLong);
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new CallerErrorException(GatewayError.Unreadable($"The value of {name.Text} contains a null character."));
        }

        switch (name.Kind)
        {
            case ParameterKind.Credential:
                return null;
            case ParameterKind.File or ParameterKind.Address:
                return await CheckReferenceAsync(name, text.Trim(), cancellationToken);
        }

        if (name.Key.StartsWith(PageRange.Parameter + '[', StringComparison.Ordinal))
        {
            throw new CallerErrorException(GatewayError.Unreadable("PageRange is one value, such as 1-3,5."));
        }

        if (name.IsListItem)
        {
            return text;
        }

        if (!_seen.TryAdd(name.Key, text))
        {
            return _seen[name.Key] == text ? null : throw new CallerErrorException(GatewayError.SentTwice(name.Text));
        }

        if (name.Kind == ParameterKind.Text)
        {
            Pages = name.Key == PageRange.Parameter ? PageRange.Count(text) : Pages;
            return text;
        }

        var value = text.Trim();
        return value.Length == 0 ? null : await ReadOptionAsync(name, value, cancellationToken);
    }

    private async ValueTask<string?> ReadOptionAsync(ParameterName name, string value, CancellationToken cancellationToken)
    {
        switch (name.Kind)
        {
            case ParameterKind.Async:
                IsAsync |= ReadSwitch(name, value);
                return null;
            case ParameterKind.JobId:
                JobName = JobNameFormat().IsMatch(value)
                    ? value.ToLowerInvariant()
                    : throw new CallerErrorException(GatewayError.JobIdUnusable);
                return null;
            case ParameterKind.WebHook:
                WebHook = value.Length <= MaxWebHookLength
                    ? await references.CheckAddressAsync(value, cancellationToken)
                    : throw new CallerErrorException(GatewayError.AddressTooLong(name.Text, MaxWebHookLength));
                return null;
            case ParameterKind.StoreFile:
                return ReadSwitch(name, value) ? "true" : "false";
            default:
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    || seconds is < 1 or > MaxTimeoutSeconds)
                {
                    throw new CallerErrorException(GatewayError.Unreadable("Timeout must be a number of seconds from 1 to 86,400."));
                }

                Timeout = TimeSpan.FromSeconds(seconds);
                return value;
        }
    }

    private async ValueTask<string?> CheckReferenceAsync(ParameterName name, string value, CancellationToken cancellationToken)
    {
        if (value.Length == 0)
        {
            return null;
        }

        if (IsWord(name, value))
        {
            return value;
        }

        Files++;
        return value.Length > MaxAddressLength ? throw new CallerErrorException(GatewayError.AddressTooLong(name.Text, MaxAddressLength))
            : name.Kind == ParameterKind.File
            ? await references.ResolveAsync(name.Text, value, cancellationToken)
            : await references.CheckAddressAsync(value, cancellationToken);
    }

    /// <summary>
    /// Whether the value of a parameter such as ColorProfile consists of words, such as "ISO Coated v2", which no server takes for a file:
    /// too short for an id, and no address.
    /// </summary>
    private static bool IsWord(ParameterName name, string value) =>
        name.Kind == ParameterKind.File && !name.IsUsualFile && WordFormat().IsMatch(value)
        && !value.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static bool ReadSwitch(ParameterName name, string value) => value.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => throw new CallerErrorException(GatewayError.Unreadable($"{name.Text} must be true or false.")),
    };

    [GeneratedRegex(@"^(?=.{0,64}\z)[A-Za-z][A-Za-z0-9]{0,14}([ -]([A-Za-z0-9]|\.(?=[0-9])){1,15})*\z")]
    private static partial Regex WordFormat();

    [GeneratedRegex(@"^[A-Za-z0-9-]{16,64}\z")]
    private static partial Regex JobNameFormat();
}
