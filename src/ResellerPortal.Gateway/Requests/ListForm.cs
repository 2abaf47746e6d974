using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>Parameters without files: a URL-encoded form, or no body at all.</summary>
internal sealed class ListForm(IReadOnlyList<CallerParameter> parameters) : ICallerForm
{
    private int _next;

    public bool IsWhole => true;

    public int? FilesLeft => 0;

    public long? BytesLeft => 0;

    public static async Task<ListForm> ReadUrlEncodedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var form = await request.ReadFormAsync(
                new FormOptions
                {
                    ValueLengthLimit = ConversionParameters.MaxTextBytes,
                    BufferBodyLengthLimit = 4 * ConversionParameters.MaxTextBytes,
                },
                cancellationToken);
            return new ListForm([
                .. form.SelectMany(pair => pair.Value, (pair, value) => new CallerParameter(ParameterName.Parse(pair.Key), value ?? "")),
            ]);
        }
        catch (InvalidDataException unreadable)
        {
            throw new CallerErrorException(GatewayError.Unreadable($"{unreadable.Message} Send files as multipart form data."));
        }
    }

    public ValueTask<CallerParameter?> ReadNextAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<CallerParameter?>(_next < parameters.Count ? parameters[_next++] : null);

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken) => default;

    public void Dispose()
    {
    }
}
