using System.Text.RegularExpressions;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Files;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Requests;

/// <summary>Creates resolvers for callers.</summary>
internal sealed class FileReferenceResolverFactory(
    FileIdProtector files,
    PublicAddressPolicy addresses,
    AnonymousUploadLimiter anonymous,
    UpstreamAccountResolver accounts)
{
    /// <param name="region">The upstream region that converts.</param>
    public FileReferenceResolver Create(TokenOwner caller, string region) => new(files, addresses, anonymous, accounts, caller, region);
}

/// <summary>Translates what a caller names as a file (an id, an address) into what the upstream is told.</summary>
/// <param name="region">The upstream region that converts.</param>
internal sealed partial class FileReferenceResolver(
    FileIdProtector files,
    PublicAddressPolicy addresses,
    AnonymousUploadLimiter anonymous,
    UpstreamAccountResolver accounts,
    TokenOwner caller,
    string region)
{
    private readonly List<StoredFile> _translated = [];

    /// <summary>
    /// Files that were uploaded without credentials and named by this request are a token's from now on. Called once the upstream has
    /// converted them, so that requests which convert nothing claim nothing.
    /// </summary>
    public void Claim()
    {
        _translated.ForEach(anonymous.Claim);
        _translated.Clear();
    }

    /// <exception cref="CallerErrorException">
    /// The file is someone else's or unknown, the address is not public, or the value is neither.
    /// </exception>
    public async ValueTask<string> ResolveAsync(string parameter, string value, CancellationToken cancellationToken)
    {
        if (FindId(value) is { } id)
        {
            return Translate(id);
        }

        return UpstreamFileId().IsMatch(value)
            ? throw new CallerErrorException(GatewayError.FileUnknown)
            : !value.Contains('.', StringComparison.Ordinal) && !value.Contains("://", StringComparison.Ordinal)
            ? throw new CallerErrorException(GatewayError.NotAFile(parameter))
            : await CheckAddressAsync(value, cancellationToken);
    }

    /// <exception cref="CallerErrorException">It is not a public http or https address.</exception>
    public ValueTask<string> CheckAddressAsync(string value, CancellationToken cancellationToken) =>
        addresses.NormalizeAsync(value, cancellationToken);

    /// <returns>The id that is the value or that its address contains; null if there is none.</returns>
    private static string? FindId(string value) =>
        FileIdProtector.IsWellFormed(value) ? value
        : Uri.TryCreate(value, UriKind.Absolute, out var address)
            && address.Segments is [_, .., _] segments
            && Array.FindIndex(segments, segment => segment == "d/") is > 0 and var at
            && at + 1 < segments.Length
            && segments[at + 1].TrimEnd('/') is var id
            && FileIdProtector.IsWellFormed(id) ? id
        : null;

    private string Translate(string id)
    {
        if (files.Read(id) is not { } file || (file.Owner is { } owner && owner != caller))
        {
            throw new CallerErrorException(GatewayError.FileUnknown);
        }

        _translated.Add(file);

        // Another region does not know the id, but can fetch the file.
        return file.Region == region ? file.UpstreamId : $"{accounts.GetBaseAddress(file.Region)}/d/{file.UpstreamId}";
    }

    /// <summary>An id of the upstream that was not issued here can only belong to another customer of the same account.</summary>
    [GeneratedRegex(@"^[a-z0-9]{16,64}\z")]
    private static partial Regex UpstreamFileId();
}
