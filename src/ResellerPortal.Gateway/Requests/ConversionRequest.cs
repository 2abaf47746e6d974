using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ResellerPortal.Core.Metering;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// A conversion as its caller asked for it: parsed, checked, and written anew as the one form that goes upstream. Nothing is passed on
/// as it came but the contents of files.
/// </summary>
internal sealed class ConversionRequest : IDisposable
{
    /// <summary>Bodies up to this many bytes are read before anything is reserved or sent; larger ones while they are sent.</summary>
    private const int MaxWhole = BufferPool.MaxKept - MultipartScanner.Lead;

    private const int PieceSize = 64 * 1024;

    private const int HeadSize = 4 * 1024;

    private const int MaxBoundary = 200;

    private static readonly SearchValues<char> BoundaryCharacters = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '"')));

    private readonly int? _filesLeft;

    private ConversionRequest(ConversionParameters parameters, UpstreamForm form, int? filesLeft, long? bytes) =>
        (Parameters, Form, _filesLeft, Bytes) = (parameters, form, filesLeft, bytes);

    public ConversionParameters Parameters { get; }

    /// <summary>The form to send upstream.</summary>
    public UpstreamForm Form { get; }

    /// <summary>Length of the caller's body; null if it is not known yet.</summary>
    public long? Bytes { get; }

    /// <summary>What is known of the request's size; at least the files so far.</summary>
    public RequestExtent Extent =>
        new(Math.Max(1, Parameters.Files + (_filesLeft ?? 0)), Parameters.Pages, Bytes, IsOpen: !Form.IsWhole);

    /// <summary>Reads the parameters: all of them, or those up to the first file of a large body.</summary>
    /// <exception cref="CallerErrorException">The request cannot be read, or a parameter is refused.</exception>
    public static async Task<ConversionRequest> ReadAsync(
        HttpRequest caller,
        ConversionParameters parameters,
        CancellationToken cancellationToken)
    {
        var head = new FormWriter(Math.Min(HeadSize + (int)Math.Min(caller.ContentLength ?? 0, MaxWhole), BufferPool.MaxKept));
        ICallerForm? form = null;
        try
        {
            foreach (var (name, value) in Credentials.QueryWithout(caller))
            {
                await parameters.AddAsync(new CallerParameter(ParameterName.Parse(name), value), null, head, cancellationToken);
            }

            form = await OpenAsync(caller, cancellationToken);
            while (await form.ReadNextAsync(cancellationToken) is { } parameter)
            {
                if (await parameters.AddAsync(parameter, form, head, cancellationToken))
                {
                    if (!form.IsWhole)
                    {
                        return new ConversionRequest(
                            parameters, new UpstreamForm(head, form, parameters), form.FilesLeft, caller.ContentLength);
                    }

                    while (await form.ReadContentAsync(cancellationToken) is { IsEmpty: false } piece)
                    {
                        head.Write(piece.Span);
                    }

                    head.EndFile();
                }
            }

            head.EndForm();
            form.Dispose();
            return new ConversionRequest(
                parameters, new UpstreamForm(head, rest: null, parameters), 0, caller.ContentLength ?? head.Written.Length);
        }
        catch (Exception failure)
        {
            head.Dispose();
            form?.Dispose();
            if (failure is InvalidDataException or IOException and not BadHttpRequestException)
            {
                throw new CallerErrorException(GatewayError.FromException(failure, maxUploadBytes: 0));
            }

            throw;
        }
    }

    public void Dispose() => Form.Dispose();

    private static async Task<ICallerForm> OpenAsync(HttpRequest caller, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(caller.Method)
            || caller.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return new ListForm([]);
        }

        // Official clients upload raw bytes with their usual content type; the disposition header distinguishes them.
        if (FileNames.FindInHeader(caller) is { } named)
        {
            return await OpenRawAsync(caller, named.Length > 0 ? named : FileNames.FindInQuery(caller) ?? "", cancellationToken);
        }

        MediaTypeHeaderValue.TryParse(caller.ContentType, out var type);
        switch (type?.MediaType.Value?.ToLowerInvariant())
        {
            case "multipart/form-data":
                return await OpenMultipartAsync(caller, ReadBoundary(type), cancellationToken);
            case "application/x-www-form-urlencoded":
                return await ListForm.ReadUrlEncodedAsync(caller, cancellationToken);
            case "application/json":
                return await JsonForm.ReadAsync(caller.Body, cancellationToken);
            default:
                return FileNames.FindInQuery(caller) is { } inQuery
                    ? await OpenRawAsync(caller, inQuery, cancellationToken)
                    : throw new CallerErrorException(GatewayError.DispositionMissing);
        }
    }

    /// <summary>Whether the body is compressed, which the upstream would not be told.</summary>
    public static bool IsEncoded(HttpRequest caller) =>
        caller.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="CallerErrorException">The form has no valid boundary.</exception>
    public static string ReadBoundary(MediaTypeHeaderValue type) =>
        HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is { Length: > 0 and <= MaxBoundary } boundary
            && !boundary.AsSpan().ContainsAnyExcept(BoundaryCharacters)
            ? boundary
            : throw new CallerErrorException(GatewayError.Unreadable("The multipart form has no valid boundary."));

    private static async Task<ICallerForm> OpenMultipartAsync(HttpRequest caller, string boundary, CancellationToken cancellationToken)
    {
        if (caller.ContentLength is not (<= MaxWhole and var length))
        {
            return new MultipartForm(new MultipartScanner(caller.Body, boundary, PieceSize), isWhole: false, caller.ContentLength);
        }

        var buffer = BufferPool.Rent(MultipartScanner.Lead + (int)length);
        try
        {
            var read = await caller.Body.ReadAtLeastAsync(
                buffer.AsMemory(MultipartScanner.Lead, (int)length), (int)length, throwOnEndOfStream: false, cancellationToken);
            return new MultipartForm(
                new MultipartScanner(buffer, MultipartScanner.Lead + read, boundary), isWhole: true, caller.ContentLength);
        }
        catch
        {
            BufferPool.Return(buffer);
            throw;
        }
    }

    private static async Task<ICallerForm> OpenRawAsync(HttpRequest caller, string fileName, CancellationToken cancellationToken)
    {
        if (caller.ContentLength is not (<= MaxWhole and var length))
        {
            return new RawForm(caller.Body, fileName, isWhole: false, caller.ContentLength);
        }

        var whole = new byte[(int)length];
        await caller.Body.ReadExactlyAsync(whole, cancellationToken);
        return new RawForm(new MemoryStream(whole), fileName, isWhole: true, length);
    }
}
