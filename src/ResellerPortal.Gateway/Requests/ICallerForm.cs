namespace ResellerPortal.Gateway.Requests;

/// <summary>A parameter as the caller sent it.</summary>
/// <param name="Text">Its value; null for a file, whose content follows.</param>
/// <param name="FileName">The file's name as sent; may be empty.</param>
internal readonly record struct CallerParameter(ParameterName Name, string? Text, string? FileName = null);

/// <summary>A caller's body, read parameter by parameter.</summary>
internal interface ICallerForm : IDisposable
{
    /// <summary>Whether the body is in memory, so that everything can be checked before anything is reserved or sent.</summary>
    bool IsWhole { get; }

    /// <summary>Number of files after the current one; null if it is not known yet.</summary>
    int? FilesLeft { get; }

    /// <summary>An upper bound of the body's bytes that were not returned yet; null if unknown.</summary>
    long? BytesLeft { get; }

    /// <summary>Advances to the next parameter; the content of the one before must have been read to its end.</summary>
    /// <returns>Null at the end.</returns>
    /// <exception cref="InvalidDataException">The body is malformed.</exception>
    /// <exception cref="Callers.CallerErrorException">The body cannot be read.</exception>
    ValueTask<CallerParameter?> ReadNextAsync(CancellationToken cancellationToken);

    /// <summary>Returns the next piece of the file's content; empty at its end. Valid until the next call.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken);
}
