using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class PartitionGuards : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(MakePartition);
            migrationBuilder.Sql(MakePartitions);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(TimePartitions.MakePartitions.Replace(
                "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", StringComparison.Ordinal));
            migrationBuilder.Sql("DROP FUNCTION make_partition(text, date);");
        }
    }
}
