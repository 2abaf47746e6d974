using ResellerPortal.Core.Access;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.YearArchives;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Downloads;

namespace ResellerPortal.Web.ResellerPages.YearArchives;

public sealed partial class YearArchivePage(CurrentActor current, YearArchiveReader reader, YearArchiveDownloads downloads) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _left = new();
    private IReadOnlyList<int> _years = [];
    private int _year;
    private BatchProgress? _progress;

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _years = await reader.ListYearsAsync(actor);

        // The last year that is over, if there is one.
        _year = _years.Count > 1 ? _years[1] : _years[0];
        _progress = downloads.FindProgress(actor);
        if (RendererInfo.IsInteractive)
        {
            _ = WatchAsync(actor);
        }
    }

    /// <summary>Shows the progress of whatever this node sends until the user leaves the page.</summary>
    private async Task WatchAsync(Actor actor)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PollInterval, _left.Token);
                if (downloads.FindProgress(actor) is var progress && progress != _progress)
                {
                    _progress = progress;
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The user left the page; the download continues.
        }
    }
}
