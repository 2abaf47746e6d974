using Microsoft.AspNetCore.Components.Forms;

namespace ResellerPortal.Web.Components;

/// <summary>
/// Reads uploaded files off the page's thread, two at a time on a node and for a limited time, so that a file which is made to take long
/// holds up nobody.
/// </summary>
public sealed class UploadReader : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _slots = new(2);

    /// <param name="read">Reads the whole file; it must observe the token.</param>
    /// <exception cref="InvalidDataException">The file is too large, takes too long, or cannot be read.</exception>
    public async Task<T> ReadAsync<T>(IBrowserFile file, long maxBytes, Func<MemoryStream, CancellationToken, T> read)
    {
        if (file.Size > maxBytes)
        {
            throw new InvalidDataException($"The file is larger than {maxBytes >> 20} MiB. Split it; overlapping lines are counted once.");
        }

        await using var stream = file.OpenReadStream(maxBytes);
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole);
        whole.Position = 0;
        if (!await _slots.WaitAsync(Limit))
        {
            throw new InvalidDataException("Other files are being read. Try again in a minute.");
        }

        try
        {
            using var limit = new CancellationTokenSource(Limit);
            return await Task.Run(() => read(whole, limit.Token));
        }
        catch (OperationCanceledException)
        {
            throw new InvalidDataException("The file takes too long to read. Split it; overlapping lines are counted once.");
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();
}
