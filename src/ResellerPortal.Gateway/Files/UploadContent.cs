using System.Net.Http.Headers;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Requests;

namespace ResellerPortal.Gateway.Files;

/// <summary>A file on its way to the upstream's store.</summary>
internal sealed class UploadContent : CallerContent
{
    private readonly ICallerForm _form;
    private readonly Action<long> _count;

    /// <param name="form">Its current file is sent; nothing may follow it.</param>
    /// <param name="length">The file's length in bytes; null if unknown.</param>
    /// <param name="count">Called with the number of bytes before they are sent; throws if they are too many.</param>
    public UploadContent(ICallerForm form, string fileName, long? length, Action<long> count)
    {
        (_form, _count) = (form, count);
        Headers.ContentLength = length;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileNameStar = FormWriter.ToFileName(fileName) };
    }

    protected override async Task WriteAsync(Stream upstream, CancellationToken cancellationToken)
    {
        while (await FromCallerAsync(_form.ReadContentAsync(cancellationToken), cancellationToken) is { IsEmpty: false } piece)
        {
            await FromCallerAsync(Count(piece.Length), cancellationToken);
            await upstream.WriteAsync(piece, cancellationToken);
        }

        while (await FromCallerAsync(_form.ReadNextAsync(cancellationToken), cancellationToken) is { } further)
        {
            if (further.Text is null)
            {
                await FromCallerAsync(
                    ValueTask.FromException<bool>(new CallerErrorException(GatewayError.OneFilePerUpload)), cancellationToken);
            }
        }
    }

    protected override void Release() => _form.Dispose();

    private ValueTask<bool> Count(int bytes)
    {
        try
        {
            _count(bytes);
            return ValueTask.FromResult(true);
        }
        catch (CallerErrorException refused)
        {
            return ValueTask.FromException<bool>(refused);
        }
    }
}
