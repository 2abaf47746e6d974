using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Usage;

public sealed partial class ImportPage(
    CurrentActor current,
    UsageImporter imports,
    TokenQueries tokens,
    UploadReader uploads,
    ISnackbar snackbar)
{
    private readonly Dictionary<string, Guid> _chosen = [];
    private CsvFileReader? _file;
    private ColumnMapping _mapping = ColumnMapping.None;
    private ImportReport? _report;
    private IReadOnlyList<(Guid Id, string Name)> _tokens = [];
    private string? _problem;
    private bool _isBusy;

    private async Task ReadAsync(InputFileChangeEventArgs change)
    {
        (_file, _report, _problem) = (null, null, null);
        try
        {
            _file = await uploads.ReadAsync(
                change.File,
                CsvFileReader.MaxBytes,
                (file, cancelled) => CsvFileReader.Read(change.File.Name, file, UsageImporter.MaxLines, cancelled));
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            _problem = unreadable is InvalidDataException ? unreadable.Message : "The file could not be uploaded. Try again.";
            return;
        }

        _tokens = await tokens.ListNamesAsync(await current.GetAsync());
        await MapAsync(ColumnMapping.Guess(_file.Headers));
    }

    private async Task MapAsync(ColumnMapping mapping)
    {
        _mapping = mapping;
        _report = null;
        if (_mapping.IsComplete)
        {
            var outcome = await imports.PreviewAsync(await current.GetAsync(), _mapping.Lines(_file!), _chosen);
            (_report, _problem) = (outcome.IsRefused ? null : outcome.Value, outcome.Refusal?.Message);
        }
    }

    private async Task ChooseAsync(string name, Guid? tokenId)
    {
        if (tokenId is { } id)
        {
            _chosen[name] = id;
        }
        else
        {
            _chosen.Remove(name);
        }

        await MapAsync(_mapping);
    }

    private async Task ImportAsync()
    {
        _isBusy = true;
        var outcome = await imports.ImportAsync(await current.GetAsync(), _mapping.Lines(_file!), _chosen);
        _isBusy = false;
        snackbar.Add(
            outcome.Refusal?.Message ?? $"{NumberText.Conversions(outcome.Value.NewConversions)} conversions imported.",
            outcome.IsRefused ? Severity.Error : Severity.Success);
        if (!outcome.IsRefused)
        {
            await MapAsync(_mapping);
        }
    }

    private RenderFragment ColumnItems(bool mayBeNone) => builder =>
    {
        var items = _file!.Headers.Select((name, index) => (Index: index, Name: name)).ToList();
        if (mayBeNone)
        {
            items.Insert(0, (-1, "(none)"));
        }

        foreach (var (index, name) in items)
        {
            builder.OpenComponent<MudSelectItem<int>>(0);
            builder.SetKey(index);
            builder.AddComponentParameter(1, nameof(MudSelectItem<int>.Value), index);
            builder.AddComponentParameter(2, nameof(MudSelectItem<int>.ChildContent), (RenderFragment)(text => text.AddContent(0, name)));
            builder.CloseComponent();
        }
    };
}
